import type { App, BrowserWindow, Dialog, Event, PowerMonitor } from 'electron'
import type { QueueState } from '../../core/ports.ts'
import type { ParentProcess } from '../boot/parent-process.ts'
import { type CloseChoice, type CloseQuestion, closeQuestion } from './close-question.ts'
import type { Preferences } from './preferences.ts'

export interface ClosingDeps {
  readonly app: App
  readonly dialog: Pick<Dialog, 'showMessageBox'>
  readonly powerMonitor: PowerMonitor
  /** This process, for the signals that end it. */
  readonly signals: Pick<NodeJS.EventEmitter, 'prependListener' | 'off'>
  readonly starter: Pick<ParentProcess, 'onEnd'>
  readonly preferences: Preferences
  /** As the page said last; an idle queue for a page that is gone. */
  readonly queue: () => QueueState
  /** Hides the window and goes on without it. */
  readonly goOnInBackground: (window: BrowserWindow) => void
  readonly now: () => number
}

export interface Closing {
  /** For every window that is opened. */
  readonly watch: (window: BrowserWindow) => void
}

/** A shutdown that the user called off says nothing; after this long it is taken for one of those. */
const SHUTDOWN_TAKES_MS = 120_000

/** SIGBREAK is Ctrl+Break in the console of Windows: nodejs.org/api/process.html#signal-events. */
const END_SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGBREAK'] as const

/**
 * Asks before the window takes uploads or files with it. Electron's order (docs/api/app.md): quitting
 * emits `before-quit`, then `close` for each window, then `will-quit`; a prevented `close` ends the
 * quitting. A shutdown is never held up, and the app quits at once: at `shutdown` of powerMonitor on
 * macOS and Linux, where the system waits for that (docs/api/power-monitor.md), at the window's
 * `session-end` on Windows, where Electron ends the process right afterwards unless the app quits by
 * itself (shell/browser/native_window_views_win.cc, WM_ENDSESSION); `query-session-end` comes before
 * it, and another program may still call the shutdown off. The end of a Linux session may come as a
 * signal only; Electron takes one for a quit.
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
  // Electron's types leave the event out: shell/browser/api/electron_api_power_monitor.cc, `Emit`.
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
      // Quitting ended with the prevented `close`, and has to begin again.
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
      // A page that hangs uploads nothing, and nobody waits for it.
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
  // On macOS the question is a sheet of the window, which a hidden window would hide with it.
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
