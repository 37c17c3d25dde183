import type { GivenFile } from '../../../electron/contract/commands/sources.ts'
import type {
  FileFacts,
  QueueItem,
  UploadRecord,
} from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { FerryBridge } from '../../../electron/contract/ferry-bridge.ts'
import type { DestinationId, SourceId, UploadId } from '../../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../../electron/contract/limits.ts'
import { failed, type Outcome } from '../../../electron/contract/outcome.ts'
import { packageIn } from '../../../electron/contract/rules/system-files.ts'
import type { SystemFilesRule } from '../../../electron/contract/rules/upload-rules.ts'
import type { UploadQueue, ViewPhase } from '../view/queue-view.ts'
import type { Drop, DropClaims } from './drop-claims.ts'
import type { FactsNeeded, FileFactsReader } from './file-facts.ts'
import type { IncomingFile, IntakeFindings } from './findings.ts'
import type { IntakeReport } from './intake-report.ts'

/** The longest path that the contract accepts. */
const MAX_PATH_LENGTH = 4096

/** The answers of the destinations' rules about a file before it is queued. */
interface IntakeRules {
  /** The destination's object keys contain a hash of the file. */
  readonly needsHash: (destinationId: DestinationId) => boolean
  /** The content type that the destination sets for files with this name; null: the usual one. */
  readonly ruledType: (destinationId: DestinationId, fileName: string) => string | null
  /** The rule for files that an operating system created in a given folder. */
  readonly systemFiles: (destinationId: DestinationId) => SystemFilesRule
}

export interface RegistrationDeps<F> {
  readonly bridge: FerryBridge<F>
  readonly queue: UploadQueue
  /** The files that the page itself can read, by source id. */
  readonly sourceFiles: Map<SourceId, F>
  readonly facts: FileFactsReader<F>
  readonly rules: IntakeRules
}

interface RegisteredFile<F> {
  readonly relativePath: string
  readonly item: QueueItem
  /** Null: the host has the file and streams it. */
  readonly file: F | null
  readonly readFacts: (destinationId: DestinationId) => Promise<Outcome<FileFacts>>
}

interface Attachment<F> {
  readonly file: RegisteredFile<F>
  readonly uploadId: UploadId
}

/** An upload in one of these phases does not resume when it gets its file back. */
const NOT_RESUMED: ReadonlySet<ViewPhase> = new Set(['paused', 'needs-you', 'failed'])

/** The host broke the contract by not answering for a file; no file is dropped silently. */
const NO_ANSWER: Failure = { kind: 'internal', reference: 'intake' }

/**
 * Takes the files of one drop to the queue. Each step returns the files for the next step; every
 * other file is queued, matched or refused.
 */
export class Registration<F> {
  readonly #deps: RegistrationDeps<F>
  readonly #drops: DropClaims
  readonly #drop: Drop
  readonly #findings: IntakeFindings<F>
  #queuedCount = 0
  readonly #matched: UploadId[] = []
  readonly #packages = new Map<string, UploadId[]>()

  /** @param findings must count a file before it is added here. */
  constructor(deps: RegistrationDeps<F>, drops: DropClaims, findings: IntakeFindings<F>) {
    this.#deps = deps
    this.#drops = drops
    this.#drop = drops.begin()
    this.#findings = findings
  }

  /** Call this when no more files follow. */
  finish(systemFiles: IntakeReport['systemFiles']): IntakeReport {
    this.#drops.end(this.#drop)
    const { queue } = this.#deps
    const isNotResumed = (uploadId: UploadId) =>
      NOT_RESUMED.has(queue.upload(uploadId)?.phase ?? 'done')
    return {
      ...this.#findings.totals(),
      queuedCount: this.#queuedCount,
      matchedCount: this.#matched.length,
      notResumedCount: this.#matched.filter(isNotResumed).length,
      systemFiles,
      packages: [...this.#packages].map(([relativePath, uploadIds]) => ({
        relativePath,
        uploadIds,
      })),
    }
  }

  async add(incoming: readonly IncomingFile<F>[], destinationId: DestinationId): Promise<void> {
    const usable = incoming.filter((each) => this.#hasUsablePath(each))
    for (let from = 0; from < usable.length; from += MAX_BATCH) {
      const registered = await this.#register(usable.slice(from, from + MAX_BATCH))
      const unmatched = await this.#match(registered, destinationId)
      await this.#enqueue(await this.#readFacts(unmatched, destinationId), destinationId)
    }
  }

  /** Adds files that the host registered by their paths. */
  async addHostFiles(given: readonly GivenFile[], destinationId: DestinationId): Promise<void> {
    const registered = given
      .filter((each) => this.#hasUsablePath(each))
      .map((each) => this.#rememberDrop(registeredByHost(each, this.#deps)))
    const unmatched = await this.#match(registered, destinationId)
    await this.#enqueue(await this.#readFacts(unmatched, destinationId), destinationId)
  }

  #hasUsablePath({ relativePath }: Pick<IncomingFile<F>, 'relativePath'>): boolean {
    if (relativePath === '') this.#refuse([{ relativePath }], nameUnusable('empty'))
    const isTooLong = relativePath.length > MAX_PATH_LENGTH
    if (isTooLong) this.#refuse([{ relativePath }], nameUnusable('too-long'))
    return relativePath !== '' && !isTooLong
  }

  async #register(incoming: readonly IncomingFile<F>[]): Promise<readonly RegisteredFile<F>[]> {
    const registered = await this.#deps.bridge.registerSources(incoming.map(({ file }) => file))
    if (!registered.ok) return this.#refuse(incoming, registered.failure)
    return incoming.flatMap<RegisteredFile<F>>((each, index) => {
      const source = registered.value[index]
      if (!source?.ok) return this.#refuse([each], source?.failure ?? NO_ANSWER)
      return [this.#rememberDrop(registeredByPage(each, source.value.sourceId, this.#deps))]
    })
  }

  #rememberDrop(registered: RegisteredFile<F>): RegisteredFile<F> {
    this.#drops.remember(registered.item.sourceId, this.#drop)
    return registered
  }

  /** Attaches the files that unfinished uploads wait for, and returns the others. */
  async #match(
    registered: readonly RegisteredFile<F>[],
    destinationId: DestinationId,
  ): Promise<readonly RegisteredFile<F>[]> {
    if (registered.length === 0) return []
    const items = registered.map(({ item }) => item)
    const { commands } = this.#deps.bridge
    const found = await commands.matchSources({ destinationId, items })
    if (!found.ok) return this.#refuse(registered, found.failure)
    const candidates = new Map(found.value.matches.map((each) => [each.sourceId, each.uploadIds]))
    const claims = await Promise.all(
      registered.map(async (file) => ({
        file,
        uploadId: await this.#drops.claim(candidates.get(file.item.sourceId) ?? [], this.#drop),
      })),
    )
    const attached = await this.#attach(claims.filter(isAttachment))
    return registered.filter(({ item }) => !attached.has(item.sourceId))
  }

  /**
   * Returns the source ids of the attached files. A file that the host does not attach is a new
   * file.
   */
  async #attach(attachments: readonly Attachment<F>[]): Promise<ReadonlySet<SourceId>> {
    if (attachments.length === 0) return new Set()
    const { bridge, queue, sourceFiles } = this.#deps
    const answer = await bridge.commands.attachSources({
      attachments: attachments.map(({ file, uploadId }) => ({
        uploadId,
        sourceId: file.item.sourceId,
      })),
    })
    for (const { uploadId } of attachments) this.#drops.release(uploadId)
    const files = attachments.map(({ file }) => file)
    if (!answer.ok) {
      this.#refuse(files, answer.failure)
      return new Set(files.map(({ item }) => item.sourceId))
    }
    const uploads = bySource(answer.value.uploads)
    for (const { file, item } of files) {
      const upload = uploads.get(item.sourceId)
      if (upload === undefined) continue
      attachFile({ queue, sourceFiles }, upload, item.sourceId, file)
      this.#matched.push(upload.uploadId)
    }
    return new Set(uploads.keys())
  }

  /** Runs after matching: a recognised file already has its key and content type. */
  async #readFacts(
    registered: readonly RegisteredFile<F>[],
    destinationId: DestinationId,
  ): Promise<readonly RegisteredFile<F>[]> {
    const looked = await Promise.all(
      registered.map(async ({ item, readFacts }) => {
        const facts = await readFacts(destinationId)
        return facts.ok ? facts : failed(await this.#diagnosed(item, facts.failure))
      }),
    )
    return registered.flatMap<RegisteredFile<F>>((each, index) => {
      const facts = looked[index]
      if (!facts?.ok) return this.#refuse([each], facts?.failure ?? NO_ANSWER)
      return [{ ...each, item: { ...each.item, ...facts.value } }]
    })
  }

  /** Chromium does not say why a file cannot be read; the host may find out. */
  async #diagnosed({ sourceId }: QueueItem, failure: Failure): Promise<Failure> {
    if (failure.kind !== 'source-unreadable') return failure
    const diagnosed = await this.#deps.bridge.commands.diagnoseSource({ sourceId })
    return (diagnosed.ok ? diagnosed.value.failure : null) ?? failure
  }

  async #enqueue(
    registered: readonly RegisteredFile<F>[],
    destinationId: DestinationId,
  ): Promise<void> {
    if (registered.length === 0) return
    const items = registered.map(({ item }) => item)
    const queued = await this.#deps.bridge.commands.queueUploads({ destinationId, items })
    if (!queued.ok) {
      this.#refuse(registered, queued.failure)
      return
    }
    const uploads = bySource(queued.value.uploads)
    const failures = new Map(queued.value.refused.map((each) => [each.sourceId, each.failure]))
    for (const each of registered) {
      const { sourceId } = each.item
      const upload = uploads.get(sourceId)
      if (upload !== undefined) {
        if (each.file !== null) this.#deps.sourceFiles.set(sourceId, each.file)
        this.#queuedCount += 1
        this.#recordPackage(each.relativePath, upload.uploadId)
      } else this.#refuse([each], failures.get(sourceId) ?? NO_ANSWER)
    }
    this.#deps.queue.adopt(queued.value.uploads)
  }

  #recordPackage(relativePath: string, uploadId: UploadId): void {
    const folder = packageIn(relativePath)
    if (folder === null) return
    const uploadIds = this.#packages.get(folder) ?? []
    this.#packages.set(folder, uploadIds)
    uploadIds.push(uploadId)
  }

  /** Returns an empty array, so that a caller can return the result of this call. */
  #refuse(
    files: readonly Pick<IncomingFile<F>, 'relativePath'>[],
    failure: Failure,
  ): readonly never[] {
    for (const { relativePath } of files) this.#findings.refuse(relativePath, failure)
    return []
  }
}

export function factsNeededFor(
  rules: IntakeRules,
  destinationId: DestinationId,
  name: string,
): FactsNeeded {
  return {
    needsHash: rules.needsHash(destinationId),
    ruledType: rules.ruledType(destinationId, name),
  }
}

/** Sets the file first, so that the upload finds it as soon as it is attached. */
export function attachFile<F>(
  { queue, sourceFiles }: Pick<RegistrationDeps<F>, 'queue' | 'sourceFiles'>,
  upload: UploadRecord,
  sourceId: SourceId,
  file: F | null,
): void {
  if (file !== null) sourceFiles.set(sourceId, file)
  queue.attachSource(upload.uploadId, sourceId)
  queue.adopt([upload])
}

function isAttachment<F>(claim: {
  readonly file: RegisteredFile<F>
  readonly uploadId: UploadId | null
}): claim is Attachment<F> {
  return claim.uploadId !== null
}

function bySource(uploads: readonly UploadRecord[]): ReadonlyMap<SourceId, UploadRecord> {
  return new Map(
    uploads.flatMap((upload) => (upload.sourceId === null ? [] : [[upload.sourceId, upload]])),
  )
}

function registeredByPage<F>(
  { file, relativePath }: IncomingFile<F>,
  sourceId: SourceId,
  { facts, rules }: RegistrationDeps<F>,
): RegisteredFile<F> {
  return {
    relativePath,
    file,
    item: { sourceId, relativePath, contentType: facts.typeOf(file), hash8: null },
    readFacts: (destinationId) =>
      facts.factsOf(file, factsNeededFor(rules, destinationId, facts.nameOf(file))),
  }
}

function registeredByHost<F>(
  given: GivenFile,
  { facts, rules }: RegistrationDeps<F>,
): RegisteredFile<F> {
  const { source, relativePath, contentType } = given
  return {
    relativePath,
    file: null,
    item: { sourceId: source.sourceId, relativePath, contentType, hash8: null },
    readFacts: (destinationId) =>
      facts.factsOfHostFile(given, factsNeededFor(rules, destinationId, source.name)),
  }
}

function nameUnusable(reason: 'empty' | 'too-long'): Failure {
  return { kind: 'name-unusable', reason }
}
