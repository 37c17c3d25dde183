import type { GivenBatch } from '../../../electron/contract/commands/sources.ts'
import type { FileFacts } from '../../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { FerryBridge } from '../../../electron/contract/ferry-bridge.ts'
import type { DestinationId, SourceId, UploadId } from '../../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../../electron/contract/limits.ts'
import { type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import { systemEntryLabel } from '../../../electron/contract/rules/system-files.ts'
import type { SystemFilesRule } from '../../../electron/contract/rules/upload-rules.ts'
import type { SourceLookup } from '../ports.ts'
import { DropClaims } from './drop-claims.ts'
import { type IncomingFile, IntakeFindings, type SystemEntry } from './findings.ts'
import type { IntakeReport, SkippedSystemFiles } from './intake-report.ts'
import { attachFile, factsNeededFor, Registration, type RegistrationDeps } from './registration.ts'

/**
 * The destination of the files. A promise while the user is still choosing (a drop before the first
 * destination exists); null: the user chose no destination, and nothing is queued.
 */
export type DestinationChoice = DestinationId | Promise<DestinationId | null>

/** The files of one drop, choice or paste, as they are found. */
export interface FileWalk<F> {
  /** Complete once `batches` has ended. */
  readonly findings: IntakeFindings<F>
  readonly batches: (systemFiles: SystemFilesRule) => AsyncIterable<readonly IncomingFile<F>[]>
}

/**
 * Takes files from the user to the queue: registers them with the host, recognises the files that
 * unfinished uploads wait for, and queues the rest.
 */
export interface Intake<F> {
  readonly add: (walk: FileWalk<F>, destination: DestinationChoice) => Promise<IntakeReport>
  /**
   * Files that the app itself received at one time: from the command line, "Open with" or the dock.
   */
  readonly addGiven: (destination: DestinationChoice) => Promise<IntakeReport>
  /**
   * Gives an upload its file again, even if the file was moved. Null: the upload has its file.
   * Fails with `source-changed` if the name, length or time differs.
   */
  readonly giveFile: (uploadId: UploadId, file: F) => Promise<Failure | null>
  /**
   * Starts a failed upload again, in the same row. `file` null: the host reads the file at its
   * path. Null: the upload has started.
   */
  readonly uploadAgain: (uploadId: UploadId, file: F | null) => Promise<Failure | null>
}

export interface IntakeDeps<F> extends RegistrationDeps<F> {
  readonly sources: SourceLookup
}

export function createIntake<F>(deps: IntakeDeps<F>): Intake<F> {
  const { bridge, queue, sourceFiles, rules } = deps
  const drops = new DropClaims(queue, deps.sources)
  const skipped = (findings: IntakeFindings<F>, destinationId: DestinationId) =>
    skippedSystemFiles(findings.systemEntries(), destinationId, (entries) =>
      uploadSystemFiles(entries, destinationId),
    )
  const uploadSystemFiles = async (
    entries: readonly SystemEntry<F>[],
    destinationId: DestinationId,
  ): Promise<IntakeReport> => {
    const findings = new IntakeFindings<F>()
    const registration = new Registration(deps, drops, findings)
    for (let from = 0; from < entries.length; from += MAX_BATCH) {
      const batch = entries.slice(from, from + MAX_BATCH)
      const fromHost = batch.flatMap(({ file }) => (file?.from === 'host' ? [file.given] : []))
      findings.countFiles(fromHost.length)
      await registration.add(await openEntries(batch, findings), destinationId)
      await registration.addHostFiles(fromHost, destinationId)
    }
    return registration.finish(null)
  }
  return {
    add: async (walk, choice) => {
      const registration = new Registration(deps, drops, walk.findings)
      const destinationId = await choice
      if (destinationId === null) return { ...registration.finish(null), fileCount: 0, refused: [] }
      const batches = walk.batches(rules.systemFiles(destinationId))
      for await (const batch of batches) await registration.add(batch, destinationId)
      return registration.finish(skipped(walk.findings, destinationId))
    },
    addGiven: async (choice) => {
      const findings = new IntakeFindings<F>()
      const registration = new Registration(deps, drops, findings)
      const destinationId = await choice
      if (destinationId === null) return registration.finish(null)
      // Not requested earlier: until then the host keeps the files, even if the page is reloaded.
      for await (const batch of givenBatches(bridge, rules.systemFiles(destinationId))) {
        findings.addHostBatch(batch)
        await registration.addHostFiles(batch.files, destinationId)
      }
      return registration.finish(skipped(findings, destinationId))
    },
    giveFile: async (uploadId, file) => {
      const registered = await registerOne(bridge, file)
      if (!registered.ok) return registered.failure
      const sourceId = registered.value
      const attachments = [{ uploadId, sourceId }]
      const attached = await bridge.commands.attachSources({ attachments })
      if (!attached.ok) return attached.failure
      const [upload] = attached.value.uploads
      const [refused] = attached.value.refused
      if (upload !== undefined) attachFile(deps, upload, sourceId, file)
      return refused?.failure ?? null
    },
    uploadAgain: async (uploadId, file) => {
      const replacement =
        file === null ? succeeded(null) : await registerReplacement(deps, uploadId, file)
      if (!replacement.ok) return replacement.failure
      const { sourceId } = replacement.value ?? { sourceId: null }
      const begun = await bridge.commands.uploadAgain({ uploadId, sourceId, ...replacement.value })
      if (!begun.ok) return begun.failure
      if (sourceId !== null && file !== null) sourceFiles.set(sourceId, file)
      queue.supersede(uploadId, begun.value)
      return null
    },
  }
}

/**
 * Yields all files that the app received at one time. If the host does not answer, it keeps the
 * rest.
 */
async function* givenBatches<F>(
  { commands }: FerryBridge<F>,
  systemFiles: SystemFilesRule,
): AsyncGenerator<GivenBatch> {
  for (;;) {
    const batch = await commands.nextGivenFiles({ systemFiles })
    if (!batch.ok) return
    yield batch.value
    if (batch.value.isLast) return
  }
}

/** Returns null if nothing was skipped. */
function skippedSystemFiles<F>(
  entries: readonly SystemEntry<F>[],
  destinationId: DestinationId,
  upload: (entries: readonly SystemEntry<F>[]) => Promise<IntakeReport>,
): SkippedSystemFiles | null {
  if (entries.length === 0) return null
  const readable = entries.filter(({ file }) => file !== null)
  return {
    destinationId,
    fileCount: entries.filter(({ kind }) => kind === 'file').length,
    folderCount: entries.filter(({ kind }) => kind === 'folder').length,
    names: [...new Set(entries.map(({ relativePath }) => labelOf(relativePath)))],
    upload: readable.length === 0 ? null : () => upload(readable),
  }
}

function labelOf(relativePath: string): string {
  return systemEntryLabel(relativePath.slice(relativePath.lastIndexOf('/') + 1))
}

/**
 * Opens the page's entries and counts them in the findings, including entries that fail to open.
 */
async function openEntries<F>(
  entries: readonly SystemEntry<F>[],
  findings: IntakeFindings<F>,
): Promise<readonly IncomingFile<F>[]> {
  const opened = await Promise.all(
    entries.flatMap(({ relativePath, file }) =>
      file?.from === 'page' ? [file.open().then((result) => ({ relativePath, result }))] : [],
    ),
  )
  findings.countFiles(opened.length)
  return opened.flatMap(({ relativePath, result }) => {
    if (result.ok) return [{ file: result.value, relativePath }]
    findings.refuse(relativePath, result.failure)
    return []
  })
}

interface ReplacementFile {
  readonly sourceId: SourceId
  /** Read from the current file: its text or length may have changed. */
  readonly facts?: FileFacts
}

async function registerReplacement<F>(
  { bridge, queue, rules, facts: reader }: RegistrationDeps<F>,
  uploadId: UploadId,
  file: F,
): Promise<Outcome<ReplacementFile>> {
  const registered = await registerOne(bridge, file)
  if (!registered.ok) return registered
  const sourceId = registered.value
  const destinationId = queue.upload(uploadId)?.record.destinationId
  // The row has just left the list: the host will report that.
  if (destinationId === undefined) return succeeded({ sourceId })
  const needed = factsNeededFor(rules, destinationId, reader.nameOf(file))
  const facts = await reader.factsOf(file, needed)
  return facts.ok ? succeeded({ sourceId, facts: facts.value }) : facts
}

async function registerOne<F>(bridge: FerryBridge<F>, file: F): Promise<Outcome<SourceId>> {
  const registered = await bridge.registerSources([file])
  if (!registered.ok) return registered
  const source = registered.value[0]
  if (source === undefined) throw new TypeError('The host answered for no file')
  return source.ok ? succeeded(source.value.sourceId) : source
}
