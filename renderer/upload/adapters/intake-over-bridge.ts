import type { FerryBridge } from '../../../electron/contract/bridge.ts'
import type { Failure } from '../../../electron/contract/failure.ts'
import type { DestinationId, SourceId } from '../../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../../electron/contract/limits.ts'
import { type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import type { QueueItem, UploadRecord } from '../../../electron/contract/upload.ts'
import type { UploadQueue } from '../engine/queue-view.ts'
import type { IncomingFile, Intake, IntakeReport } from '../intake.ts'
import type { SourceFiles } from './source-files.ts'
import { walkTransfer } from './transfer-walk.ts'

/** As much of a path as the contract lets through. */
const MAX_PATH_LENGTH = 4096
const MAX_TYPE_LENGTH = 255

export function createIntake(
  bridge: FerryBridge<File>,
  queue: UploadQueue,
  sourceFiles: SourceFiles,
): Intake {
  return {
    addTransfer: async (transfer, choice) => {
      const walk = walkTransfer(transfer, new Date())
      const taking = new Taking(bridge, queue, sourceFiles)
      const destinationId = await choice
      if (destinationId === null) return taking.report()
      for await (const batch of walk.batches) await taking.take(batch, destinationId)
      return {
        ...taking.report(),
        emptyFolderCount: walk.emptyFolderCount(),
        unreadable: walk.unreadable(),
      }
    },
    addFiles: async (files, destinationId) => {
      const taking = new Taking(bridge, queue, sourceFiles)
      const incoming = [...files].map((file) => ({
        file,
        relativePath: file.webkitRelativePath || file.name,
      }))
      await taking.take(incoming, destinationId)
      return taking.report()
    },
    uploadAgain: async (uploadId, file) => {
      const registered = file === null ? succeeded(null) : await registerOne(bridge, file)
      if (!registered.ok) return registered.failure
      const sourceId = registered.value
      const begun = await bridge.commands.uploadAgain({ uploadId, sourceId })
      if (!begun.ok) return begun.failure
      if (sourceId !== null && file !== null) sourceFiles.set(sourceId, file)
      queue.supersede(uploadId, begun.value)
      return null
    },
  }
}

async function registerOne(bridge: FerryBridge<File>, file: File): Promise<Outcome<SourceId>> {
  const registered = await bridge.registerSources([file])
  if (!registered.ok) return registered
  const source = registered.value[0]
  if (source === undefined) throw new TypeError('The host answered for no file')
  return source.ok ? succeeded(source.value.sourceId) : source
}

interface Registered extends IncomingFile {
  readonly item: QueueItem
}

/** One drop on its way into the queue. */
class Taking {
  readonly #bridge: FerryBridge<File>
  readonly #queue: UploadQueue
  readonly #sourceFiles: SourceFiles
  readonly #refused: { readonly relativePath: string; readonly failure: Failure }[] = []
  #queuedCount = 0
  #matchedCount = 0

  constructor(bridge: FerryBridge<File>, queue: UploadQueue, sourceFiles: SourceFiles) {
    this.#bridge = bridge
    this.#queue = queue
    this.#sourceFiles = sourceFiles
  }

  report(): IntakeReport {
    return {
      queuedCount: this.#queuedCount,
      matchedCount: this.#matchedCount,
      refused: this.#refused,
      emptyFolderCount: 0,
      unreadable: [],
    }
  }

  async take(incoming: readonly IncomingFile[], destinationId: DestinationId): Promise<void> {
    const usable = incoming.filter((each) => this.#hasUsablePath(each))
    for (let from = 0; from < usable.length; from += MAX_BATCH) {
      const registered = await this.#register(usable.slice(from, from + MAX_BATCH))
      const unmatched = await this.#match(registered)
      await this.#queueUp(unmatched, destinationId)
    }
  }

  #hasUsablePath({ relativePath }: IncomingFile): boolean {
    if (relativePath === '') this.#refuse([{ relativePath }], nameUnusable('empty'))
    const isTooLong = relativePath.length > MAX_PATH_LENGTH
    if (isTooLong) this.#refuse([{ relativePath }], nameUnusable('too-long'))
    return relativePath !== '' && !isTooLong
  }

  async #register(incoming: readonly IncomingFile[]): Promise<readonly Registered[]> {
    const registered = await this.#bridge.registerSources(incoming.map(({ file }) => file))
    if (!registered.ok) {
      this.#refuse(incoming, registered.failure)
      return []
    }
    return incoming.flatMap((each, index) => {
      const source = registered.value[index]
      if (source?.ok) return [withItem(each, source.value.sourceId)]
      if (source !== undefined) this.#refuse([each], source.failure)
      return []
    })
  }

  /** Files that unfinished uploads wait for go there; the others are answered. */
  async #match(registered: readonly Registered[]): Promise<readonly Registered[]> {
    if (registered.length === 0) return []
    const items = registered.map(({ item }) => item)
    const matched = await this.#bridge.commands.matchSources({ items })
    if (!matched.ok) {
      this.#refuse(registered, matched.failure)
      return []
    }
    const uploads = new Map(matched.value.matches.map((each) => [each.sourceId, each.upload]))
    for (const each of registered) {
      const upload = uploads.get(each.item.sourceId)
      if (upload !== undefined) this.#attach(each, upload)
    }
    return registered.filter(({ item }) => !uploads.has(item.sourceId))
  }

  #attach({ file, item: { sourceId } }: Registered, upload: UploadRecord): void {
    this.#sourceFiles.set(sourceId, file)
    this.#queue.adopt([upload])
    this.#queue.attachSource(upload.uploadId, sourceId)
    this.#matchedCount += 1
  }

  async #queueUp(registered: readonly Registered[], destinationId: DestinationId): Promise<void> {
    if (registered.length === 0) return
    const items = registered.map(({ item }) => item)
    const queued = await this.#bridge.commands.queueUploads({ destinationId, items })
    if (!queued.ok) {
      this.#refuse(registered, queued.failure)
      return
    }
    const failures = new Map(queued.value.refused.map((each) => [each.sourceId, each.failure]))
    for (const each of registered) {
      const failure = failures.get(each.item.sourceId)
      if (failure === undefined) this.#sourceFiles.set(each.item.sourceId, each.file)
      else this.#refuse([each], failure)
    }
    this.#queuedCount += queued.value.uploads.length
    this.#queue.adopt(queued.value.uploads)
  }

  #refuse(files: readonly Pick<IncomingFile, 'relativePath'>[], failure: Failure): void {
    this.#refused.push(...files.map(({ relativePath }) => ({ relativePath, failure })))
  }
}

function withItem(incoming: IncomingFile, sourceId: SourceId): Registered {
  const contentType = incoming.file.type.slice(0, MAX_TYPE_LENGTH)
  const { relativePath } = incoming
  return { ...incoming, item: { sourceId, relativePath, contentType, hash8: null } }
}

function nameUnusable(reason: 'empty' | 'too-long'): Failure {
  return { kind: 'name-unusable', reason }
}
