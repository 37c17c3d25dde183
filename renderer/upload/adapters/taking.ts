import type { FerryBridge } from '../../../electron/contract/bridge.ts'
import type { Failure } from '../../../electron/contract/failure.ts'
import type { DestinationId, SourceId } from '../../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../../electron/contract/limits.ts'
import type { QueueItem, UploadRecord } from '../../../electron/contract/upload.ts'
import type { UploadQueue } from '../engine/queue-view.ts'
import type { IncomingFile, IntakeReport } from '../intake.ts'
import { type Asked, factsOf, typeOf } from './item-facts.ts'
import type { SourceFiles } from './source-files.ts'

/** As much of a path as the contract lets through. */
const MAX_PATH_LENGTH = 4096

/** What the destinations' rules ask of the page before a file is queued. */
export interface IntakeRules {
  /** The destination's keys are made of the files' bytes, too. */
  readonly needsHash: (destinationId: DestinationId) => boolean
  /** The type that the destination gives to files of this name; null: the usual one. */
  readonly ruledType: (destinationId: DestinationId, fileName: string) => string | null
}

export interface IntakeParts {
  readonly bridge: FerryBridge<File>
  readonly queue: UploadQueue
  readonly sourceFiles: SourceFiles
  readonly rules: IntakeRules
}

interface Registered extends IncomingFile {
  readonly item: QueueItem
}

/** One drop on its way into the queue. */
export class Taking {
  readonly #parts: IntakeParts
  readonly #refused: { readonly relativePath: string; readonly failure: Failure }[] = []
  #queuedCount = 0
  #matchedCount = 0

  constructor(parts: IntakeParts) {
    this.#parts = parts
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
      await this.#queueUp(await this.#lookInto(unmatched, destinationId), destinationId)
    }
  }

  #hasUsablePath({ relativePath }: IncomingFile): boolean {
    if (relativePath === '') this.#refuse([{ relativePath }], nameUnusable('empty'))
    const isTooLong = relativePath.length > MAX_PATH_LENGTH
    if (isTooLong) this.#refuse([{ relativePath }], nameUnusable('too-long'))
    return relativePath !== '' && !isTooLong
  }

  async #register(incoming: readonly IncomingFile[]): Promise<readonly Registered[]> {
    const registered = await this.#parts.bridge.registerSources(incoming.map(({ file }) => file))
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
    const matched = await this.#parts.bridge.commands.matchSources({ items })
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
    this.#parts.sourceFiles.set(sourceId, file)
    this.#parts.queue.adopt([upload])
    this.#parts.queue.attachSource(upload.uploadId, sourceId)
    this.#matchedCount += 1
  }

  /** Only now: a file that is recognised has its place and its type already. */
  async #lookInto(
    registered: readonly Registered[],
    destinationId: DestinationId,
  ): Promise<readonly Registered[]> {
    const { rules } = this.#parts
    const looked = await Promise.all(
      registered.map(({ file }) => factsOf(file, askedOf(rules, destinationId, file))),
    )
    return registered.flatMap((each, index) => {
      const facts = looked[index]
      if (facts?.ok) return [{ ...each, item: { ...each.item, ...facts.value } }]
      if (facts !== undefined) this.#refuse([each], facts.failure)
      return []
    })
  }

  async #queueUp(registered: readonly Registered[], destinationId: DestinationId): Promise<void> {
    if (registered.length === 0) return
    const items = registered.map(({ item }) => item)
    const queued = await this.#parts.bridge.commands.queueUploads({ destinationId, items })
    if (!queued.ok) {
      this.#refuse(registered, queued.failure)
      return
    }
    const failures = new Map(queued.value.refused.map((each) => [each.sourceId, each.failure]))
    for (const each of registered) {
      const failure = failures.get(each.item.sourceId)
      if (failure === undefined) this.#parts.sourceFiles.set(each.item.sourceId, each.file)
      else this.#refuse([each], failure)
    }
    this.#queuedCount += queued.value.uploads.length
    this.#parts.queue.adopt(queued.value.uploads)
  }

  #refuse(files: readonly Pick<IncomingFile, 'relativePath'>[], failure: Failure): void {
    this.#refused.push(...files.map(({ relativePath }) => ({ relativePath, failure })))
  }
}

export function askedOf(rules: IntakeRules, destinationId: DestinationId, { name }: File): Asked {
  return {
    needsHash: rules.needsHash(destinationId),
    ruledType: rules.ruledType(destinationId, name),
  }
}

function withItem(incoming: IncomingFile, sourceId: SourceId): Registered {
  const { file, relativePath } = incoming
  return { ...incoming, item: { sourceId, relativePath, contentType: typeOf(file), hash8: null } }
}

function nameUnusable(reason: 'empty' | 'too-long'): Failure {
  return { kind: 'name-unusable', reason }
}
