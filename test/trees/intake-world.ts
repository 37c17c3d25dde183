import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Destination } from '../../electron/contract/commands/destinations.ts'
import type { UploadRecord } from '../../electron/contract/commands/uploads.ts'
import { type CommandInput, commands } from '../../electron/contract/commands.ts'
import {
  type CommandCalls,
  type FerryBridge,
  mapRows,
} from '../../electron/contract/ferry-bridge.ts'
import type { DestinationId, UploadId } from '../../electron/contract/ids.ts'
import { notices } from '../../electron/contract/notices.ts'
import { failed, succeeded } from '../../electron/contract/outcome.ts'
import type { SystemFilesRule } from '../../electron/contract/rules/upload-rules.ts'
import { APP_ORIGIN, SOURCE_SCHEME } from '../../electron/contract/transport.ts'
import { folderPathIn } from '../../electron/desktop/preload/folder-path.ts'
import { answerSource } from '../../electron/desktop/protocols/source-protocol.ts'
import type { UploadControl } from '../../renderer/engine/ports.ts'
import { createUploadQueue } from '../../renderer/engine/upload-queue.ts'
import type { UploadQueue } from '../../renderer/engine/view/queue-view.ts'
import { type SourceFiles, sourceLookup } from '../../renderer/platform/file-source.ts'
import { createPageIntake, type PageIntake } from '../../renderer/platform/page-intake.ts'
import { aDraft } from '../fakes/a-draft.ts'
import { CoreHarness } from '../fakes/core-harness.ts'
import { FakeChecksums } from '../fakes/fake-checksums.ts'
import { FakeNetwork, FakePower, FakeRules } from '../fakes/fake-status-ports.ts'
import { VirtualClock } from '../fakes/virtual-clock.ts'
import { DiskFile } from './chromium-files.ts'

export type HostKind = 'browser' | 'desktop'

interface Page {
  readonly queue: UploadQueue
  readonly sourceFiles: SourceFiles
  readonly intake: PageIntake
}

/** A row and the file on the disk that it would send now; null when there is none to read. */
export interface FedRow {
  readonly record: UploadRecord
  readonly path: string | null
}

/**
 * The real core, intake and queue with real files, in a browser or on the desktop. Nothing is ever
 * sent: the store is unreachable, so every upload stays unfinished.
 */
export class IntakeWorld {
  readonly kind: HostKind
  /** Contains the trees in separate folders. */
  readonly disk = mkdtempSync(join(tmpdir(), 'ferry-trees-'))
  readonly destinations: readonly Destination[]
  #harness: CoreHarness
  #page: Page
  readonly #fetch = globalThis.fetch

  private constructor(kind: HostKind, harness: CoreHarness, destinations: readonly Destination[]) {
    this.kind = kind
    this.#harness = harness
    this.destinations = destinations
    this.#page = this.#newPage()
    globalThis.fetch = (input, init) => this.#answer(input, init)
  }

  static async start(kind: HostKind): Promise<IntakeWorld> {
    const harness = await CoreHarness.start()
    const drafts = [aDraft({ name: 'A' }), aDraft({ name: 'B', bucket: 'other' })]
    const destinations: Destination[] = []
    for (const draft of drafts) {
      destinations.push((await harness.must('saveDestination', draft)).destination)
    }
    return new IntakeWorld(kind, harness, destinations)
  }

  async close(): Promise<void> {
    this.#page.queue.close()
    globalThis.fetch = this.#fetch
    await this.#harness.close()
    rmSync(this.disk, { recursive: true, force: true })
  }

  /** The second destination accepts the systems' own files, the first does not. */
  systemFilesRuleOf(destinationId: DestinationId | undefined): SystemFilesRule {
    return destinationId === this.destinations[1]?.destinationId ? 'upload' : 'leave-out'
  }

  get intake(): PageIntake {
    return this.#page.intake
  }

  get queue(): UploadQueue {
    return this.#page.queue
  }

  folder(name: string): string {
    const path = join(this.disk, name)
    mkdirSync(path, { recursive: true })
    return path
  }

  /** The page loses everything, including its files. */
  async reload(): Promise<void> {
    this.#page.queue.close()
    this.#page = this.#newPage()
    await this.#adoptAll()
  }

  /** The page stays and lists everything when the host is back. */
  async restartHost(): Promise<void> {
    this.#harness = await this.#harness.restart()
    await this.#adoptAll()
  }

  /** Waits until the host knows the page's decisions. */
  async settle(): Promise<void> {
    const isCancelling = (uploadId: UploadId) => this.queue.upload(uploadId)?.isCancelling
    do {
      for (let round = 0; round < 20; round += 1) {
        await new Promise((resolve) => setImmediate(resolve))
      }
    } while (this.queue.snapshot().uploadIds.some(isCancelling))
  }

  /** The host's records; the page may know better which file belongs to them. */
  async rows(): Promise<Map<UploadId, FedRow>> {
    const records = await this.#harness.records()
    const rows = records.map((host) => {
      const sourceId = this.queue.upload(host.uploadId)?.record.sourceId ?? host.sourceId
      const record = { ...host, sourceId }
      return [host.uploadId, { record, path: this.#pathOf(record) }] as const
    })
    return new Map(rows)
  }

  /** The bytes of the upload's file as the engine would read them. */
  async bytesOf(record: UploadRecord): Promise<string> {
    const source = sourceLookup(this.#page.sourceFiles)(record)
    if (source === null) throw new Error('The upload has no file')
    const whole = { start: 0, end: record.byteLength }
    const read = await source.read(whole, new AbortController().signal)
    if (!read.ok) throw new Error(`It cannot be read: ${read.failure.kind}`)
    return Buffer.from(await (read.value.payload as Blob).arrayBuffer()).toString()
  }

  #pathOf({ sourceId, byteLength }: UploadRecord): string | null {
    const file = sourceId === null ? undefined : this.#page.sourceFiles.get(sourceId)
    if (file instanceof DiskFile) return file.isSame() ? file.path.toString('latin1') : null
    const facts = sourceId === null ? null : this.#harness.core.sourcePath(sourceId)
    if (facts === null || facts.path === null) return null
    const now = statSync(facts.path, { throwIfNoEntry: false })
    const isSame = now?.size === byteLength && now.mtimeMs === facts.modifiedAtMs
    return isSame ? Buffer.from(facts.path).toString('latin1') : null
  }

  #newPage(): Page {
    const clock = new VirtualClock()
    const sourceFiles: SourceFiles = new Map()
    const queue = createUploadQueue(
      {
        control: this.#control(),
        transport: { putPart: () => new Promise(() => undefined) },
        sources: sourceLookup(sourceFiles),
        checksums: new FakeChecksums(clock),
        clock,
        network: new FakeNetwork(),
        power: new FakePower(),
        rules: new FakeRules(),
      },
      { destinationOf: () => null },
    )
    const rules = {
      needsHash: () => false,
      ruledType: () => null,
      systemFiles: (destinationId: DestinationId) => this.systemFilesRuleOf(destinationId),
    }
    const intake = createPageIntake({ bridge: this.#bridge(), queue, sourceFiles, rules })
    return { queue, sourceFiles, intake }
  }

  async #adoptAll(): Promise<void> {
    this.#page.queue.adopt(await this.#harness.records())
    await this.settle()
  }

  #bridge(): FerryBridge<File> {
    const calls = mapRows(commands, (name) => (input: unknown) => this.#ask(name, input))
    return {
      commands: calls as CommandCalls,
      notices: mapRows(notices, () => () => () => undefined),
      registerSources: async (files) =>
        succeeded(
          await this.#harness.core.registerSources(
            files.map((file) => ({
              path: this.kind === 'desktop' ? pathOf(file).toString() : null,
              name: file.name,
              byteLength: file.size,
              modifiedAtMs: file.lastModified,
            })),
          ),
        ),
      inspectFolders: async (folders) => {
        if (this.kind === 'browser') return succeeded(folders.map(() => null))
        const paths = folders.map((file) =>
          folderPathIn(pathOf(file).toString(), file.webkitRelativePath),
        )
        return succeeded(await this.#harness.core.inspectFolders(paths))
      },
    }
  }

  #ask(name: keyof typeof commands, input: unknown) {
    return this.#harness.ask(name, input as CommandInput<typeof name>)
  }

  #control(): UploadControl {
    const outOfReach = async () => failed({ kind: 'host-gone' })
    return {
      prepareUpload: outOfReach,
      signParts: outOfReach,
      checkSource: outOfReach,
      diagnoseNoResponse: outOfReach,
      diagnoseSignature: outOfReach,
      diagnoseSource: outOfReach,
      completeUpload: outOfReach,
      cancelUpload: (input) => this.#harness.ask('cancelUpload', input),
      syncUploads: async (input) =>
        input.receipts.length > 0 ? outOfReach() : this.#harness.ask('syncUploads', input),
    }
  }

  /** Only the desktop gives the page access to files of an earlier run. */
  async #answer(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init)
    if (!request.url.startsWith(`${SOURCE_SCHEME}:`)) return this.#fetch(request)
    const { core } = this.#harness
    return answerSource(
      Object.assign(request, { initiatorOrigin: APP_ORIGIN }),
      (sourceId) => core.sourcePath(sourceId),
      APP_ORIGIN,
    )
  }
}

function pathOf(file: File): Buffer {
  if (!(file instanceof DiskFile)) throw new TypeError('Not a file of the disk')
  return file.path
}
