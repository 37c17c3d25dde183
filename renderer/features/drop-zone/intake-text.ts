import type { Failure } from '../../../electron/contract/failure.ts'
import { formatCount } from '../../design/format.ts'
import type { IntakeReport, LeftOut } from '../../upload/intake.ts'
import { failureSentence } from '../failure-text.ts'

export interface ReportText {
  readonly tone: 'calm' | 'warn'
  readonly title: string
  readonly lines: readonly ReportLine[]
}

interface ReportLine {
  /** Two files of one drop can share a name. */
  readonly place: number
  readonly name: string
  readonly reason: string
}

/** Null: everything was new and was taken, as the list shows by itself. */
export function reportText(report: IntakeReport): ReportText | null {
  const { queuedCount, matchedCount, emptyFolderCount, refused, unreadable } = report
  const leftOut = [
    ...refused.map((each) => lineOf(each, 'file')),
    ...unreadable.map((each) => lineOf(each, 'folder')),
  ]
  const isNothing = queuedCount + matchedCount + leftOut.length === 0
  const sentences = [
    leftOut.length === 0
      ? ''
      : `${formatCount(leftOut.length, 'item was', 'items were')} not taken.`,
    linksText(report.links),
    matchedText(report),
    isNothing && emptyFolderCount > 0 ? emptyText(emptyFolderCount) : '',
  ].filter((sentence) => sentence !== '')
  if (sentences.length === 0) return null
  if (matchedCount === 0 && queuedCount > 0) {
    sentences.push(`${formatCount(queuedCount, 'file is', 'files are')} on the way.`)
  }
  const isCalm = leftOut.length === 0 && linksText(report.links) === '' && matchedCount > 0
  return {
    tone: isCalm ? 'calm' : 'warn',
    title: sentences.join(' '),
    lines: leftOut.map((line, place) => ({ ...line, place })),
  }
}

function lineOf({ relativePath, failure }: LeftOut, kind: 'file' | 'folder') {
  return { name: relativePath, reason: reasonOf(failure, kind) }
}

/** At the door a file's troubles read otherwise than in a row: nothing was uploaded yet. */
function reasonOf(failure: Failure, kind: 'file' | 'folder'): string {
  switch (failure.kind) {
    case 'source-unreadable':
      return 'cannot be read. Allow yourself to read it, then drop it again.'
    case 'source-missing':
      return 'is no longer there.'
    case 'source-changed':
      return 'changed while Ferry took it in. Drop it again.'
    case 'name-unusable':
      return failure.reason === 'not-unicode'
        ? `The name of this ${kind} is not valid text, so it cannot be opened. Rename it and drop it again.`
        : failureSentence(failure)
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

function matchedText({ matchedCount, restingCount, queuedCount }: IntakeReport): string {
  if (matchedCount === 0) return ''
  const recognised = formatCount(matchedCount, 'file was recognised', 'files were recognised')
  const news = queuedCount === 0 ? '' : `; ${formatCount(queuedCount, 'is', 'are')} new`
  return `${recognised}${whatFollows(matchedCount - restingCount, restingCount)}${news}.`
}

function whatFollows(goingCount: number, restingCount: number): string {
  const goes = goingCount === 1 ? 'goes on' : 'go on'
  const waits = restingCount === 1 ? 'stays as its row says' : 'stay as their rows say'
  if (restingCount === 0) return ` and ${goes}`
  if (goingCount === 0) return ` and ${waits}`
  return `: ${goingCount} ${goes}, ${restingCount} ${waits}`
}

function emptyText(folderCount: number): string {
  return folderCount === 1
    ? 'There is nothing in that folder. A bucket keeps files only, so there is nothing to upload.'
    : 'There is nothing in those folders. A bucket keeps files only, so there is nothing to upload.'
}
