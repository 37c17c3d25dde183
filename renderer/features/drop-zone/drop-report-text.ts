import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { formatCount } from '../../design/format.ts'
import type { IntakeReport, PackageFolder, RefusedItem } from '../../engine/intake/intake-report.ts'
import { failureSentence } from '../../failures/failure-text.ts'

interface ReportText {
  readonly tone: 'calm' | 'warn'
  readonly title: string
  readonly lines: readonly ReportLine[]
}

export interface ReportLine {
  /** Unique, because two files of one drop can share a name. */
  readonly id: number
  readonly name: string
  readonly reason: string
  /** The uploads that the line's button cancels; empty: it has none. */
  readonly uploadIds: readonly UploadId[]
}

/** Null: every file was new and queued, as the list shows. */
export function reportText(report: IntakeReport): ReportText | null {
  const { queuedCount, matchedCount, emptyFolderCount, refused, unreadable, packages } = report
  const leftOut = [
    ...refused.map((each) => lineOf(each, 'file')),
    ...unreadable.map((each) => lineOf(each, 'folder')),
  ]
  const isEmpty = queuedCount + matchedCount + leftOut.length === 0 && emptyFolderCount > 0
  const sentences = [
    leftOut.length === 0
      ? ''
      : `${formatCount(leftOut.length, 'item was', 'items were')} not added.`,
    linksText(report.links),
    systemFilesText(report.systemFiles),
    isEmpty ? emptyText(emptyFolderCount, report.systemFiles !== null) : '',
    packagesText(packages),
    matchedText(report),
  ].filter((sentence) => sentence !== '')
  if (sentences.length === 0) return null
  if (matchedCount === 0 && queuedCount > 0) {
    sentences.push(`${formatCount(queuedCount, 'file is', 'files are')} on the way.`)
  }
  const isWarning = leftOut.length > 0 || linksText(report.links) !== '' || isEmpty
  return {
    tone: isWarning ? 'warn' : 'calm',
    title: sentences.join(' '),
    lines: [...leftOut, ...packages.map(packageLine)].map((line, id) => ({ ...line, id })),
  }
}

function lineOf({ relativePath, failure }: RefusedItem, kind: 'file' | 'folder') {
  return { name: relativePath, reason: reasonOf(failure, kind), uploadIds: [] }
}

function packageLine({ relativePath, uploadIds }: PackageFolder) {
  const files = formatCount(uploadIds.length, 'file', 'files')
  const it = uploadIds.length === 1 ? 'it' : 'them'
  return {
    name: relativePath,
    reason: `is uploaded as a folder of ${files}. To send it as one file, cancel ${it} and drop a ZIP archive of it instead.`,
    uploadIds,
  }
}

/** Words for a file that was refused before its upload began, which differ from a row's. */
function reasonOf(failure: Failure, kind: 'file' | 'folder'): string {
  switch (failure.kind) {
    case 'source-unreadable':
      return unreadableReason(failure)
    case 'source-in-cloud':
      return 'is stored in the cloud, and its name in the bucket depends on its contents. Open it once to download it, then drop it again.'
    case 'source-missing':
      return 'is no longer there.'
    case 'source-changed':
      return 'changed while Ferry was reading it. Drop it again.'
    case 'name-unusable':
      return failure.reason === 'not-unicode'
        ? `The name of this ${kind} is not valid text, so it cannot be opened. Rename it and drop it again.`
        : failureSentence(failure)
    default:
      return failureSentence(failure)
  }
}

function unreadableReason(failure: Extract<Failure, { kind: 'source-unreadable' }>): string {
  switch (failure.why) {
    case undefined:
      return 'cannot be read. Give yourself permission to read it, then drop it again.'
    case 'macos-privacy':
      return 'cannot be read, because macOS denies Ferry access. Allow it in System Settings > Privacy & Security > Files and Folders, then drop it again.'
    default:
      return failureSentence(failure)
  }
}

function linksText(links: IntakeReport['links']): string {
  if (links === null || links.count === 0) return ''
  const least = links.isAll ? '' : 'At least '
  const one = 'shortcut (symbolic link) was'
  return `${least}${formatCount(links.count, one, 'shortcuts (symbolic links) were')} left out.`
}

const MAX_NAMED = 5

function systemFilesText(left: IntakeReport['systemFiles']): string {
  if (left === null) return ''
  const { fileCount, folderCount, names } = left
  const counts = [
    fileCount === 0 ? [] : formatCount(fileCount, 'system file', 'system files'),
    folderCount === 0 ? [] : formatCount(folderCount, 'system folder', 'system folders'),
  ].flat()
  const shown = [...names.slice(0, MAX_NAMED), ...(names.length > MAX_NAMED ? ['…'] : [])]
  const were = fileCount + folderCount === 1 ? 'was' : 'were'
  return `${counts.join(' and ')} ${were} left out (${shown.join(', ')}).`
}

function packagesText(packages: readonly PackageFolder[]): string {
  if (packages.length === 0) return ''
  const one = 'folder is a package, which macOS shows as one file'
  return `${formatCount(packages.length, one, 'folders are packages, which macOS shows as one file each')}.`
}

function matchedText({ matchedCount, notResumedCount, queuedCount }: IntakeReport): string {
  if (matchedCount === 0) return ''
  const recognised = formatCount(matchedCount, 'file was recognised', 'files were recognised')
  const news = queuedCount === 0 ? '' : `; ${formatCount(queuedCount, 'is', 'are')} new`
  return `${recognised}${whatFollows(matchedCount - notResumedCount, notResumedCount)}${news}.`
}

function whatFollows(goingCount: number, restingCount: number): string {
  const goes = goingCount === 1 ? 'goes on' : 'go on'
  const waits = restingCount === 1 ? 'stays as its row says' : 'stay as their rows say'
  if (restingCount === 0) return ` and ${goes}`
  if (goingCount === 0) return ` and ${waits}`
  return `: ${goingCount} ${goes}, ${restingCount} ${waits}`
}

function emptyText(folderCount: number, isElse: boolean): string {
  const nothing = isElse ? 'nothing else' : 'nothing'
  const folders = folderCount === 1 ? 'that folder' : 'those folders'
  return `There is ${nothing} in ${folders}. A bucket stores only files, so there is nothing to upload.`
}
