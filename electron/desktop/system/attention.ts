import { type App, type BrowserWindow, type NativeImage, Notification, nativeImage } from 'electron'
import { plainName } from '../../contract/plain-text.ts'
import type { Log, NamedUpload, QueueState } from '../../core/ports.ts'
import { countOf } from './closing.ts'
import type { Preferences } from './preferences.ts'

export interface AttentionDeps {
  readonly app: Pick<App, 'setBadgeCount'>
  readonly platform: NodeJS.Platform
  readonly preferences: Pick<Preferences, 'hasNotifications'>
  readonly currentWindow: () => BrowserWindow | null
  readonly notify: Notify
  readonly copyLink: (upload: NamedUpload) => void
  readonly copyLastLink: () => void
  /** The overlay on the task bar icon (Windows). */
  readonly needsYouMark: () => NativeImage
}

interface LastNotified {
  readonly finishedCount: number
  readonly stuckCount: number
  /** Since the window last had the focus. */
  readonly isStuckTold: boolean
}

/**
 * Notifies the user while the window is not in front: once when nothing continues by itself any
 * more, and once when the first upload needs them. The dock or task bar icon always shows how many
 * uploads need the user.
 */
export function drawAttention(deps: AttentionDeps): (queue: QueueState) => void {
  const { currentWindow, preferences, notify } = deps
  let told: LastNotified | null = null

  const say = (queue: QueueState, before: LastNotified): boolean => {
    const finishedCount = queue.finishedCount - before.finishedCount
    const isOver = queue.movingCount === 0
    if (isOver && finishedCount > 0) {
      notify({ ...doneWords(finishedCount, queue), action: copyAction(deps, finishedCount, queue) })
      return queue.stuckCount > 0
    }
    if (queue.stuckCount <= before.stuckCount || before.isStuckTold) return before.isStuckTold
    notify({ ...stuckWords(queue), action: null })
    return true
  }

  return (queue) => {
    // The first report, also after the page was reloaded, describes an earlier state.
    const isFirst = told === null || queue.finishedCount < told.finishedCount
    const before = isFirst || told === null ? { ...queue, isStuckTold: false } : told
    if (told?.stuckCount !== queue.stuckCount) showBadge(deps, queue.stuckCount)
    const window = currentWindow()
    const isInFront = window !== null && !window.isDestroyed() && window.isFocused()
    const isStuckTold = isInFront ? false : before.isStuckTold
    if (!isInFront && queue.stuckCount > before.stuckCount) flash(deps, window)
    const speaks = !isInFront && preferences.hasNotifications()
    const saidStuck = speaks ? say(queue, { ...before, isStuckTold }) : isStuckTold
    told = {
      // Wait until nothing is uploading, so that the whole batch is counted.
      finishedCount: queue.movingCount === 0 ? queue.finishedCount : before.finishedCount,
      stuckCount: queue.stuckCount,
      isStuckTold: saidStuck && queue.stuckCount > 0,
    }
  }
}

function doneWords(count: number, { lastFinished, stuckCount }: QueueState) {
  const body = stuckCount === 0 ? '' : `${countOf(stuckCount, 'file needs', 'files need')} you.`
  const isNamed = count === 1 && lastFinished !== null
  const title = isNamed
    ? `${nameOf(lastFinished)} is uploaded`
    : `${countOf(count, 'file', 'files')} uploaded`
  return { title, body }
}

function stuckWords({ stuckCount, firstStuck }: QueueState) {
  const isNamed = stuckCount === 1 && firstStuck !== null
  const title = isNamed
    ? `${nameOf(firstStuck)} needs you`
    : `${countOf(stuckCount, 'file needs', 'files need')} you`
  return { title, body: 'Ferry says in its window what is missing.' }
}

function copyAction({ copyLink, copyLastLink }: AttentionDeps, count: number, queue: QueueState) {
  const { lastFinished } = queue
  if (count === 1 && lastFinished !== null) {
    return { label: 'Copy link', act: () => copyLink(lastFinished) }
  }
  return { label: 'Copy last link', act: copyLastLink }
}

/** The dock on macOS, docks on Linux with the LauncherEntry interface, an overlay on Windows. */
function showBadge({ app, platform, currentWindow, needsYouMark }: AttentionDeps, count: number) {
  if (platform !== 'win32') {
    app.setBadgeCount(count)
    return
  }
  const window = currentWindow()
  if (window === null || window.isDestroyed()) return
  if (count === 0) window.setOverlayIcon(null, '')
  else window.setOverlayIcon(needsYouMark(), `${countOf(count, 'file needs', 'files need')} you`)
}

/** Windows stops flashing when the window comes to the front; elsewhere the badge is enough. */
function flash({ platform }: AttentionDeps, window: BrowserWindow | null): void {
  if (platform !== 'win32' || window === null || window.isDestroyed()) return
  window.flashFrame(true)
  window.once('focus', () => window.flashFrame(false))
}

function nameOf({ name }: NamedUpload): string {
  return plainName(name, 60)
}

interface Message {
  readonly title: string
  readonly body: string
  /** A button, on systems that support it; null for none. */
  readonly action: { readonly label: string; readonly act: () => void } | null
}

export type Notify = (message: Message) => void

/**
 * Shows system notifications, which the system suppresses while the user does not want to be
 * disturbed. They make no sound, and a click opens the window. macOS and Windows support buttons
 * (docs/api/structures/notification-action.md).
 */
export function systemNotifications(show: () => void, log: Log): Notify {
  // Kept while visible: unreferenced notifications are garbage-collected and lose their clicks.
  const shown = new Set<Notification>()
  return ({ title, body, action }) => {
    if (!Notification.isSupported()) return
    const notification = new Notification({
      title,
      body,
      silent: true,
      actions: action === null ? [] : [{ type: 'button', text: action.label }],
    })
    const forget = () => shown.delete(notification)
    notification.on('click', () => {
      forget()
      show()
    })
    notification.on('action', () => {
      forget()
      action?.act()
    })
    notification.on('close', forget)
    notification.on('failed', (_event, error) => {
      forget()
      log.warn({ error }, 'The system showed no notification')
    })
    shown.add(notification)
    notification.show()
  }
}

const SIDE = 32
/** Blue, green, red, alpha, the order in Chromium's bitmaps: the page's `--bad`. */
const RED = [0x2a, 0x32, 0xa8, 0xff] as const

/** A red dot for the task bar icon (Windows): 16 x 16 pixels at double resolution. */
export function attentionBadge(): NativeImage {
  const bitmap = Buffer.alloc(SIDE * SIDE * RED.length)
  const middle = (SIDE - 1) / 2
  for (let at = 0; at < SIDE * SIDE; at += 1) {
    const fromMiddle = Math.hypot((at % SIDE) - middle, Math.floor(at / SIDE) - middle)
    if (fromMiddle <= SIDE / 2 - 1) bitmap.set(RED, at * RED.length)
  }
  return nativeImage.createFromBitmap(bitmap, { width: SIDE, height: SIDE, scaleFactor: 2 })
}
