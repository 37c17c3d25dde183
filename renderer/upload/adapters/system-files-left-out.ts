import type { DestinationId } from '../../../electron/contract/ids.ts'
import { systemEntryIn, systemEntryLabel } from '../../../electron/contract/rules/system-files.ts'
import type { IncomingFile, IntakeReport, SkippedSystemFiles } from '../intake.ts'
import type { IntakeFindings, SystemEntry } from './intake-findings.ts'

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
