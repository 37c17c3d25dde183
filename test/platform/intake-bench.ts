import type { FolderFindings } from '../../electron/contract/commands/sources.ts'
import type { QueueItem, UploadRecord } from '../../electron/contract/commands/uploads.ts'
import { type CommandInput, commands } from '../../electron/contract/commands.ts'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { type FerryBridge, mapRows } from '../../electron/contract/ferry-bridge.ts'
import { notices } from '../../electron/contract/notices.ts'
import { failed, succeeded } from '../../electron/contract/outcome.ts'
import type { SystemFilesRule } from '../../electron/contract/rules/upload-rules.ts'
import { createUploadQueue } from '../../renderer/engine/upload-queue.ts'
import { type SourceFiles, sourceLookup } from '../../renderer/platform/file-source.ts'
import { createPageIntake } from '../../renderer/platform/page-intake.ts'
import { FakeChecksums } from '../fakes/fake-checksums.ts'
import { FakeNetwork, FakePower, FakeRules } from '../fakes/fake-status-ports.ts'
import { FakeStore } from '../fakes/fake-store.ts'
import { sourceIdOf, uploadRecord } from '../fakes/upload-records.ts'
import { VirtualClock } from '../fakes/virtual-clock.ts'

/** A host that registers everything unless a test says otherwise. */
export class IntakeBench {
  readonly clock = new VirtualClock()
  readonly store = new FakeStore(this.clock)
  readonly sourceFiles: SourceFiles = new Map()
  readonly registeredCounts: number[] = []
  readonly queuedItems: QueueItem[] = []
  readonly begunAgain: CommandInput<'uploadAgain'>[] = []
  /**
   * By path: the uploads that could wait for the file. The two maps below: failures by file name.
   */
  readonly waiting = new Map<string, readonly UploadRecord[]>()
  readonly unregistrable = new Map<string, Failure>()
  readonly refused = new Map<string, Failure>()
  /** The host's reason for a file that the page cannot read. */
  diagnosis: Failure | null = null
  /** By name: a promise that the host awaits before it answers. */
  readonly held = new Map<string, Promise<void>>()
  /** The failure of attaching a file to an upload. */
  attachRefusal: Failure | null = null
  folderFindings: FolderFindings | null = null
  isHostGone = false
  /** The host answers, but omits part of what was requested. */
  isForgetting: 'registering' | 'queueing' | null = null
  #sourceCount = 0

  readonly queue = createUploadQueue(
    {
      control: this.store.control,
      transport: this.store.transport,
      sources: sourceLookup(this.sourceFiles),
      checksums: new FakeChecksums(this.clock),
      clock: this.clock,
      network: new FakeNetwork(),
      power: new FakePower(),
      rules: new FakeRules(),
    },
    { destinationOf: () => null },
  )
  /** The destination's key template asks for `{hash8}`. */
  needsHash = false
  systemFiles: SystemFilesRule = 'leave-out'
  /** By file name: the type that the destination's rules set. */
  readonly ruled = new Map<string, string>()
  readonly intake = createPageIntake({
    bridge: this.#bridge(),
    queue: this.queue,
    sourceFiles: this.sourceFiles,
    rules: {
      needsHash: () => this.needsHash,
      ruledType: (_destinationId, name) => this.ruled.get(name) ?? null,
      systemFiles: () => this.systemFiles,
    },
  })

  #bridge(): FerryBridge<File> {
    const notScripted = async () => failed({ kind: 'wrong-state' })
    return {
      commands: {
        ...mapRows(commands, () => notScripted),
        matchSources: async ({ items }) => {
          if (this.isHostGone) return failed({ kind: 'host-gone' })
          const matches = items.map(({ sourceId, relativePath }) => {
            const waiting = this.waiting.get(relativePath) ?? []
            return { sourceId, uploadIds: waiting.map(({ uploadId }) => uploadId) }
          })
          return succeeded({ matches })
        },
        attachSources: async ({ attachments }) => {
          const failure = this.attachRefusal
          if (failure !== null) {
            const refused = attachments.map(({ sourceId }) => ({ sourceId, failure }))
            return succeeded({ uploads: [], refused })
          }
          const known = [...this.waiting.values()].flat()
          const uploads = attachments.flatMap(({ uploadId, sourceId }) =>
            known
              .filter((record) => record.uploadId === uploadId)
              .map((record) => ({ ...record, sourceId })),
          )
          return succeeded({ uploads, refused: [] })
        },
        queueUploads: async (input) => this.#queueUp(input),
        diagnoseSource: async () => succeeded({ failure: this.diagnosis }),
        uploadAgain: async (input) => {
          this.begunAgain.push(input)
          return notScripted()
        },
      },
      notices: mapRows(notices, () => () => () => undefined),
      inspectFolders: async (folders) => succeeded(folders.map(() => this.folderFindings)),
      registerSources: async (files) => {
        this.registeredCounts.push(files.length)
        await Promise.all(files.map(({ name }) => this.held.get(name)))
        const sources = files.map((file) => this.#register(file))
        return succeeded(this.isForgetting === 'registering' ? sources.slice(1) : sources)
      },
    }
  }

  #register(file: File) {
    const failure = this.unregistrable.get(file.name)
    if (failure !== undefined) return failed(failure)
    this.#sourceCount += 1
    const sourceId = sourceIdOf(this.#sourceCount)
    const { name, size: byteLength, lastModified: modifiedAtMs } = file
    return succeeded({ sourceId, name, byteLength, modifiedAtMs, isDurable: false })
  }

  #queueUp({ items }: CommandInput<'queueUploads'>) {
    this.queuedItems.push(...items)
    const refusalOf = ({ relativePath }: QueueItem) => this.refused.get(relativePath)
    const uploads = items
      .filter((item) => refusalOf(item) === undefined)
      .map(({ sourceId, relativePath }) => {
        const number = Number(sourceId.slice(-12))
        const record = this.store.add(uploadRecord(number, 4, { sourceId }))
        this.waiting.set(relativePath, [...(this.waiting.get(relativePath) ?? []), record])
        return record
      })
    const refused = items.flatMap((item) => {
      const failure = refusalOf(item)
      return failure === undefined ? [] : [{ sourceId: item.sourceId, failure }]
    })
    return succeeded({ uploads: this.isForgetting === 'queueing' ? [] : uploads, refused })
  }
}
