import { plainName } from '../../contract/plain-text.ts'
import type { NamedUpload, QueueState } from '../../core/ports.ts'
import type { CloseHabit } from './preferences.ts'

/** The meaning of a button of the question. */
export type CloseChoice = 'background' | 'leave' | 'stay'

export interface CloseQuestion {
  readonly message: string
  readonly detail: string
  /** The first is the default; Escape stays. */
  readonly buttons: readonly { readonly label: string; readonly choice: CloseChoice }[]
  /** Whether the answer may be kept for the next time. */
  readonly canRemember: boolean
}

export interface CloseAttempt {
  /** `window`: its close button; `app`: the menu, the dock or the keyboard. */
  readonly what: 'window' | 'app'
  readonly queue: QueueState
  readonly habit: CloseHabit
}

/**
 * Decides what happens when the user closes the window or quits. Files that exist in the page alone
 * are lost with it, so nothing takes them away without asking, not even a habit. All other uploads
 * go on at the next start, so quitting asks nothing more.
 */
export function closeQuestion({ what, queue, habit }: CloseAttempt): CloseChoice | CloseQuestion {
  const isUploading = queue.movingCount > 0
  const isLosing = queue.onlyHereCount > 0
  if (what === 'window' && isUploading) {
    if (habit === 'background') return 'background'
    return habit === 'stop' && !isLosing ? 'leave' : uploadingQuestion(queue)
  }
  return isLosing ? lossQuestion(what, queue) : 'leave'
}

function uploadingQuestion(queue: QueueState): CloseQuestion {
  const isLosing = queue.onlyHereCount > 0
  return {
    message: `Ferry is still uploading ${countOf(queue.movingCount, 'file', 'files')}.`,
    detail: isLosing
      ? `${existsOnlyHere(queue)} If you stop, ${lostOnes(queue)} lost; all others go on at the next start.`
      : 'Uploads can go on without the window. If you stop, they go on from where they are at the next start.',
    buttons: [
      { label: 'Keep uploading in the background', choice: 'background' },
      {
        label: isLosing ? `Stop, and lose ${lostName(queue)}` : 'Stop, and go on at the next start',
        choice: 'leave',
      },
      { label: 'Cancel', choice: 'stay' },
    ],
    canRemember: !isLosing,
  }
}

function lossQuestion(what: CloseAttempt['what'], queue: QueueState): CloseQuestion {
  const isWindow = what === 'window'
  const [subject, object] = queue.onlyHereCount === 1 ? ['It is', 'it'] : ['They are', 'them']
  const when = isWindow ? 'once the window is closed' : 'once Ferry has quit'
  return {
    message: existsOnlyHere(queue),
    detail: `${subject} not uploaded yet, and Ferry cannot read ${object} again ${when}.`,
    buttons: [
      { label: isWindow ? 'Keep the window open' : 'Keep Ferry open', choice: 'stay' },
      { label: `${isWindow ? 'Close' : 'Quit'}, and lose ${lostName(queue)}`, choice: 'leave' },
    ],
    canRemember: false,
  }
}

function existsOnlyHere(queue: QueueState): string {
  const { onlyHere, onlyHereCount } = queue
  const names = onlyHere.map(quoted)
  const others = onlyHereCount - names.length
  if (names.length === 0) {
    return `${countOf(onlyHereCount, 'file exists', 'files exist')} only in this window.`
  }
  const all = others > 0 ? [...names, countOf(others, 'other', 'others')] : names
  return `${listed(all)} ${onlyHereCount === 1 ? 'exists' : 'exist'} only in this window.`
}

function lostOnes({ onlyHereCount }: QueueState): string {
  return onlyHereCount === 1 ? 'it is' : 'they are'
}

function lostName({ onlyHere: [first], onlyHereCount }: QueueState): string {
  return onlyHereCount === 1 && first !== undefined
    ? quoted(first)
    : countOf(onlyHereCount, 'file', 'files')
}

function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}

/** Short enough for a button. */
function quoted({ name }: NamedUpload): string {
  return `“${plainName(name, 40)}”`
}

export function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
