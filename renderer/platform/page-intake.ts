import type { FolderFindings, GivenBatch } from '../../electron/contract/commands/sources.ts'
import type { FileFacts } from '../../electron/contract/commands/uploads.ts'
import type { FerryBridge } from '../../electron/contract/ferry-bridge.ts'
import type { DestinationId, SourceId, UploadId } from '../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../electron/contract/limits.ts'
import { type Outcome, succeeded } from '../../electron/contract/outcome.ts'
import { systemEntryIn, systemEntryLabel } from '../../electron/contract/rules/system-files.ts'
import type { SystemFilesRule } from '../../electron/contract/rules/upload-rules.ts'
import { DropClaims } from '../engine/intake/drop-claims.ts'
import type { IncomingFile, Intake, IntakeReport, SkippedSystemFiles } from '../intake.ts'
import { factsOf } from './browser-file-facts.ts'
import { sourceLookup } from './file-source.ts'
import { IntakeFindings, type SystemEntry } from './intake-findings.ts'
import { attachFile, factsNeededFor, type IntakeDeps, Registration } from './registration.ts'
import { type InspectFolders, openAll, walkTransfer } from './transfer-walk.ts'

export function createIntake(parts: IntakeDeps): Intake {
  const { bridge, queue, sourceFiles, rules } = parts
  const drops = new DropClaims(queue, sourceLookup(sourceFiles))
  const inspect: InspectFolders = (folders) => inspectInBatches(bridge, folders)
  const leftOut = (findings: IntakeFindings, destinationId: DestinationId) =>
    skippedSystemFiles(findings.systemEntries(), destinationId, (entries) =>
      uploadSystemFiles(entries, destinationId),
    )
  const uploadSystemFiles = async (
    entries: readonly SystemEntry[],
    destinationId: DestinationId,
  ): Promise<IntakeReport> => {
    const findings = new IntakeFindings()
    const taking = new Registration(parts, drops, findings)
    for (let from = 0; from < entries.length; from += MAX_BATCH) {
      const some = entries.slice(from, from + MAX_BATCH).map(({ file }) => file)
      const fromPage = some.flatMap((file) => (file?.from === 'page' ? [file.incoming] : []))
      const unopened = some.flatMap((file) => (file?.from === 'entry' ? [file.entry] : []))
      const fromHost = some.flatMap((file) => (file?.from === 'host' ? [file.given] : []))
      findings.countFiles(fromPage.length + fromHost.length)
      await taking.add([...fromPage, ...(await openAll(unopened, findings))], destinationId)
      await taking.addHostFiles(fromHost, destinationId)
    }
    return taking.finish(null)
  }
  return {
    addTransfer: async (transfer, choice) => {
      const walk = walkTransfer(transfer, new Date(), inspect)
      const taking = new Registration(parts, drops, walk.findings)
      const destinationId = await choice
      if (destinationId === null) return { ...taking.finish(null), fileCount: 0, refused: [] }
      const batches = walk.batches(rules.systemFiles(destinationId))
      for await (const batch of batches) await taking.add(batch, destinationId)
      return taking.finish(leftOut(walk.findings, destinationId))
    },
    addFiles: async (files, destinationId) => {
      const incoming = [...files].map((file) => ({ file, relativePath: relativePathOf(file) }))
      const findings = new IntakeFindings()
      const systemFiles = rules.systemFiles(destinationId)
      const wanted = systemFiles === 'upload' ? incoming : withoutSystemFiles(incoming, findings)
      findings.countFiles(wanted.length)
      const taking = new Registration(parts, drops, findings)
      const [first] = incoming
      if (first !== undefined) await inspectChosenFolder(first.file, inspect, findings, systemFiles)
      await taking.add(wanted, destinationId)
      return taking.finish(leftOut(findings, destinationId))
    },
    addGiven: async (choice) => {
      const findings = new IntakeFindings()
      const taking = new Registration(parts, drops, findings)
      const destinationId = await choice
      if (destinationId === null) return taking.finish(null)
      // Asked for only now: until then the host keeps them, also over a reload of the page.
      for await (const batch of givenBatches(bridge, rules.systemFiles(destinationId))) {
        findings.addHostBatch(batch)
        await taking.addHostFiles(batch.files, destinationId)
      }
      return taking.finish(leftOut(findings, destinationId))
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
      if (upload !== undefined) attachFile(parts, upload, sourceId, file)
      return refused?.failure ?? null
    },
    uploadAgain: async (uploadId, file) => {
      const given =
        file === null ? succeeded(null) : await registerReplacement(parts, uploadId, file)
      if (!given.ok) return given.failure
      const { sourceId } = given.value ?? { sourceId: null }
      const begun = await bridge.commands.uploadAgain({ uploadId, sourceId, ...given.value })
      if (!begun.ok) return begun.failure
      if (sourceId !== null && file !== null) sourceFiles.set(sourceId, file)
      queue.supersede(uploadId, begun.value)
      return null
    },
  }
}

/** All that was given together. A host that does not answer keeps the rest. */
async function* givenBatches(
  { commands }: FerryBridge<File>,
  systemFiles: SystemFilesRule,
): AsyncGenerator<GivenBatch> {
  for (;;) {
    const batch = await commands.nextGivenFiles({ systemFiles })
    if (!batch.ok) return
    yield batch.value
    if (batch.value.isLast) return
  }
}

interface ReplacementFile {
  readonly sourceId: SourceId
  /** Of the file as it is now, which may be another text, or a longer one. */
  readonly facts?: FileFacts
}

async function registerReplacement(
  { bridge, queue, rules }: IntakeDeps,
  uploadId: UploadId,
  file: File,
): Promise<Outcome<ReplacementFile>> {
  const registered = await registerOne(bridge, file)
  if (!registered.ok) return registered
  const sourceId = registered.value
  const destinationId = queue.upload(uploadId)?.record.destinationId
  // The row has just left: the host will say so.
  if (destinationId === undefined) return succeeded({ sourceId })
  const facts = await factsOf(file, factsNeededFor(rules, destinationId, file))
  return facts.ok ? succeeded({ sourceId, facts: facts.value }) : facts
}

async function registerOne(bridge: FerryBridge<File>, file: File): Promise<Outcome<SourceId>> {
  const registered = await bridge.registerSources([file])
  if (!registered.ok) return registered
  const source = registered.value[0]
  if (source === undefined) throw new TypeError('The host answered for no file')
  return source.ok ? succeeded(source.value.sourceId) : source
}

/** A host that does not answer knows nothing; the files themselves will say so. */
async function inspectInBatches(
  bridge: FerryBridge<File>,
  folders: readonly File[],
): Promise<readonly (FolderFindings | null)[]> {
  const found: (FolderFindings | null)[] = []
  for (let from = 0; from < folders.length; from += MAX_BATCH) {
    const some = folders.slice(from, from + MAX_BATCH)
    const answer = await bridge.inspectFolders(some)
    found.push(...some.map((_, index) => (answer.ok ? (answer.value[index] ?? null) : null)))
  }
  return found
}

/** A chosen folder is known by any of its files. */
async function inspectChosenFolder(
  file: File,
  inspect: InspectFolders,
  findings: IntakeFindings,
  systemFiles: SystemFilesRule,
): Promise<void> {
  if (!file.webkitRelativePath) return
  const [root = ''] = file.webkitRelativePath.split('/')
  const [seen = null] = await inspect([file])
  if (seen !== null) findings.addFolderFindings(root, seen, systemFiles)
}

/**
 * Inside a chosen folder, or by itself. Chromium writes a backslash in a name as a slash there, and
 * two files would get one place.
 */
function relativePathOf({ name, webkitRelativePath }: File): string {
  if (!webkitRelativePath) return name
  const isOwn = webkitRelativePath.endsWith(name.replaceAll('\\', '/'))
  return isOwn ? webkitRelativePath.slice(0, -name.length) + name : webkitRelativePath
}

/** Answers the files of a chosen folder that are not left out; the others are noted. */
export function withoutSystemFiles(
  incoming: readonly IncomingFile[],
  findings: IntakeFindings,
): readonly IncomingFile[] {
  const wanted = incoming.filter((each) => {
    const left = systemEntryIn(each.relativePath, 'file')
    if (left === null) return true
    const file = left.kind === 'file' ? ({ from: 'page', incoming: each } as const) : null
    findings.addSystemEntry({ ...left, file })
    return false
  })
  if (incoming.length > 0 && wanted.length === 0) findings.countEmptyFolder()
  return wanted
}

/** Null: nothing was left out. */
export function skippedSystemFiles(
  entries: readonly SystemEntry[],
  destinationId: DestinationId,
  upload: (entries: readonly SystemEntry[]) => Promise<IntakeReport>,
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
