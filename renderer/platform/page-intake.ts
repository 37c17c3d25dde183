import type { FolderFindings } from '../../electron/contract/commands/sources.ts'
import type { FerryBridge } from '../../electron/contract/ferry-bridge.ts'
import type { DestinationId } from '../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../electron/contract/limits.ts'
import { succeeded } from '../../electron/contract/outcome.ts'
import { systemEntryIn } from '../../electron/contract/rules/system-files.ts'
import type { SystemFilesRule } from '../../electron/contract/rules/upload-rules.ts'
import { type IncomingFile, IntakeFindings } from '../engine/intake/findings.ts'
import {
  createIntake,
  type DestinationChoice,
  type FileWalk,
  type Intake,
  type IntakeDeps,
} from '../engine/intake/intake.ts'
import type { IntakeReport } from '../engine/intake/intake-report.ts'
import { browserFileFacts } from './browser-file-facts.ts'
import { sourceLookup } from './file-source.ts'
import { type InspectFolders, walkTransfer } from './transfer-walk.ts'

/** The engine's intake, for what a browser's events deliver. */
export interface PageIntake extends Omit<Intake<File>, 'add'> {
  /**
   * Must be called synchronously in the `drop` or `paste` handler: a DataTransfer's items expire
   * with the event.
   */
  readonly addTransfer: (
    transfer: DataTransfer,
    destination: DestinationChoice,
  ) => Promise<IntakeReport>
  /** From `input type=file`; a folder input fills `webkitRelativePath`. */
  readonly addFiles: (files: Iterable<File>, destinationId: DestinationId) => Promise<IntakeReport>
}

export function createPageIntake(deps: Omit<IntakeDeps<File>, 'sources' | 'facts'>): PageIntake {
  const sources = sourceLookup(deps.sourceFiles)
  const { add, ...rest } = createIntake({ ...deps, sources, facts: browserFileFacts })
  const inspect: InspectFolders = (folders) => inspectInBatches(deps.bridge, folders)
  return {
    ...rest,
    addTransfer: async (transfer, choice) =>
      add(walkTransfer(transfer, new Date(), inspect), choice),
    addFiles: async (files, destinationId) => add(walkChosen(files, inspect), destinationId),
  }
}

/** A host that does not answer reports nothing; reading the files will show any problem. */
async function inspectInBatches(
  bridge: FerryBridge<File>,
  folders: readonly File[],
): Promise<readonly (FolderFindings | null)[]> {
  const found: (FolderFindings | null)[] = []
  for (let from = 0; from < folders.length; from += MAX_BATCH) {
    const batch = folders.slice(from, from + MAX_BATCH)
    const answer = await bridge.inspectFolders(batch)
    found.push(...batch.map((_, index) => (answer.ok ? (answer.value[index] ?? null) : null)))
  }
  return found
}

/** Chosen files, or all files of a chosen folder. */
function walkChosen(files: Iterable<File>, inspect: InspectFolders): FileWalk<File> {
  const incoming = [...files].map((file) => ({ file, relativePath: relativePathOf(file) }))
  const findings = new IntakeFindings<File>()
  return {
    findings,
    async *batches(systemFiles) {
      const wanted = systemFiles === 'upload' ? incoming : withoutSystemFiles(incoming, findings)
      findings.countFiles(wanted.length)
      const [first] = incoming
      if (first !== undefined) await inspectChosenFolder(first.file, inspect, findings, systemFiles)
      yield wanted
    },
  }
}

/** Any file of a chosen folder identifies the folder. */
async function inspectChosenFolder(
  file: File,
  inspect: InspectFolders,
  findings: IntakeFindings<File>,
  systemFiles: SystemFilesRule,
): Promise<void> {
  if (!file.webkitRelativePath) return
  const [root = ''] = file.webkitRelativePath.split('/')
  const [seen = null] = await inspect([file])
  if (seen !== null) findings.addFolderFindings(root, seen, systemFiles)
}

/**
 * The path inside a chosen folder, or the name. Chromium writes a backslash in a name as a slash in
 * `webkitRelativePath`, which would give two files the same path.
 */
function relativePathOf({ name, webkitRelativePath }: File): string {
  if (!webkitRelativePath) return name
  const isOwn = webkitRelativePath.endsWith(name.replaceAll('\\', '/'))
  return isOwn ? webkitRelativePath.slice(0, -name.length) + name : webkitRelativePath
}

/** The files of a chosen folder that are not system files; those are added to the findings. */
function withoutSystemFiles(
  incoming: readonly IncomingFile<File>[],
  findings: IntakeFindings<File>,
): readonly IncomingFile<File>[] {
  const wanted = incoming.filter(({ file, relativePath }) => {
    const entry = systemEntryIn(relativePath, 'file')
    if (entry === null) return true
    const open = async () => succeeded(file)
    findings.addSystemEntry({
      ...entry,
      file: entry.kind === 'file' ? { from: 'page', open } : null,
    })
    return false
  })
  if (incoming.length > 0 && wanted.length === 0) findings.countEmptyFolder()
  return wanted
}
