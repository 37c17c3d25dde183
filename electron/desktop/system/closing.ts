import type { App, BrowserWindow, Dialog, Event, PowerMonitor } from 'electron'
import { plainName } from '../../contract/plain-text.ts'
import type { NamedUpload, QueueState } from '../../core/ports.ts'
import type { ParentProcess } from '../boot/parent-process.ts'
import type { CloseHabit, Preferences } from './preferences.ts'

export interface ClosingDeps {
  readonly app: App
  readonly dialog: Pick<Dialog, 'showMessageBox'>
  readonly powerMonitor: PowerMonitor
  /** The process that receives termination signals. */
  readonly signals: Pick<NodeJS.EventEmitter, 'prependListener' | 'off'>
  readonly starter: Pick<ParentProcess, 'onEnd'>
  readonly preferences: Preferences
  /** The last state that the page reported; idle for a page that is gone. */
  readonly queue: () => QueueState
  /** Hides the window and continues without it. */
  readonly goOnInBackground: (window: BrowserWindow) => void
  readonly now: () => number
}

export interface Closing {
  /** Must be called for every new window. */
  readonly watch: (window: BrowserWindow) => void
}

/** A cancelled shutdown is not reported; it is assumed after this time. */
const SHUTDOWN_TAKES_MS = 120_000

/** SIGBREAK is Ctrl+Break in the Windows console: nodejs.org/api/process.html#signal-events. */
const END_SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGBREAK'] as const

/**
 * Asks before closing the window would lose uploads or files. Electron's order (docs/api/app.md):
 * quitting emits `before-quit`, then `close` for each window, then `will-quit`; a prevented `close`
 * cancels quitting. A system shutdown is never delayed, and the app quits at once: on macOS and
 * Linux at `shutdown` of powerMonitor, where the system waits for that (docs/api/power-monitor.md),
 * and on Windows at the window's `session-end`, after which Electron ends the process unless the
 * app quits by itself (shell/browser/native_window_views_win.cc, WM_ENDSESSION).
 * `query-session-end` comes first, and another program may still cancel the shutdown. The end of a
 * Linux session may only send a signal, which Electron treats as quitting.
 */
export function askBeforeClosing(deps: ClosingDeps): Closing {
  const { app, powerMonitor, signals, now } = deps
  let isQuitting = false
  let shutdownAtMs = Number.NEGATIVE_INFINITY
  const shutDown = () => {
    shutdownAtMs = now()
  }
  app.on('before-quit', () => {
    isQuitting = true
  })
  const endNow = () => {
    shutDown()
    app.quit()
  }
  // Electron's types omit the event: shell/browser/api/electron_api_power_monitor.cc, `Emit`.
  powerMonitor.on('shutdown', (...[event]: readonly [Partial<Event>?]) => {
    event?.preventDefault?.()
    endNow()
  })
  for (const signal of END_SIGNALS) signals.prependListener(signal, endNow)
  deps.starter.onEnd(endNow)
  app.on('will-quit', () => {
    for (const signal of END_SIGNALS) signals.off(signal, endNow)
  })

  const choiceOf = (): CloseChoice | CloseQuestion => {
    if (now() - shutdownAtMs < SHUTDOWN_TAKES_MS) return 'leave'
    const what = isQuitting ? 'app' : 'window'
    return closeQuestion({ what, queue: deps.queue(), habit: deps.preferences.closeHabit() })
  }

  const watch = (window: BrowserWindow) => {
    let isHung = false
    let isAsking = false
    let isDecided = false
    const leave = () => {
      isDecided = true
      // The prevented `close` cancelled quitting, so it must start again.
      if (isQuitting) app.quit()
      else window.close()
    }
    const act = (choice: CloseChoice) => {
      if (window.isDestroyed()) return
      if (choice === 'leave') return leave()
      isQuitting = false
      if (choice === 'background') deps.goOnInBackground(window)
    }
    window.on('unresponsive', () => {
      isHung = true
      if (isDecided) window.destroy()
    })
    window.on('responsive', () => {
      isHung = false
    })
    window.on('query-session-end', shutDown)
    window.on('session-end', endNow)
    window.on('close', (event: Event) => {
      // A hung page uploads nothing, so there is nothing to ask about.
      if (isDecided || isHung) return
      const choice = choiceOf()
      if (choice === 'leave') return
      event.preventDefault()
      if (typeof choice === 'string') return act(choice)
      if (isAsking) return
      isAsking = true
      void ask(deps, window, choice)
        .then(act)
        .finally(() => {
          isAsking = false
        })
    })
  }
  return { watch }
}

async function ask(
  { dialog, preferences }: ClosingDeps,
  window: BrowserWindow,
  { message, detail, buttons, canRemember }: CloseQuestion,
): Promise<CloseChoice> {
  // On macOS the dialog is a sheet of the window and would be hidden with it.
  if (!window.isVisible()) window.show()
  const { response, checkboxChecked } = await dialog.showMessageBox(window, {
    type: 'question',
    title: 'Ferry',
    message,
    detail,
    buttons: buttons.map(({ label }) => label),
    defaultId: 0,
    cancelId: buttons.findIndex(({ choice }) => choice === 'stay'),
    noLink: true,
    ...(canRemember ? { checkboxLabel: 'Always do this' } : {}),
  })
  const choice = buttons[response]?.choice ?? 'stay'
  if (canRemember && checkboxChecked && choice !== 'stay') {
    preferences.setCloseHabit(choice === 'background' ? 'background' : 'stop')
  }
  return choice
}

/** The effect of a button of the dialog. */
type CloseChoice = 'background' | 'leave' | 'stay'

interface CloseQuestion {
  readonly message: string
  readonly detail: string
  /** The first button is the default; Escape chooses `stay`. */
  readonly buttons: readonly { readonly label: string; readonly choice: CloseChoice }[]
  /** Whether the answer can be remembered. */
  readonly canRemember: boolean
}

interface CloseAttempt {
  /** `window` for its close button; `app` for the menu, the dock or the keyboard. */
  readonly what: 'window' | 'app'
  readonly queue: QueueState
  readonly habit: CloseHabit
}

/**
 * Decides what happens when the user closes the window or quits. Files that only the page has are
 * lost with it, so Ferry always asks first, regardless of the preference. All other uploads resume
 * at the next start, so quitting needs no question.
 */
function closeQuestion({ what, queue, habit }: CloseAttempt): CloseChoice | CloseQuestion {
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
      ? `${existsOnlyHere(queue)} If you stop, ${lostOnes(queue)} lost; all others resume at the next start.`
      : 'Uploads can continue without the window. If you stop, they resume at the next start.',
    buttons: [
      { label: 'Keep uploading in the background', choice: 'background' },
      {
        label: isLosing ? `Stop and lose ${lostName(queue)}` : 'Stop and resume at the next start',
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
      { label: `${isWindow ? 'Close' : 'Quit'} and lose ${lostName(queue)}`, choice: 'leave' },
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

/** Shortened to fit a button. */
function quoted({ name }: NamedUpload): string {
  return `“${plainName(name, 40)}”`
}

export function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
