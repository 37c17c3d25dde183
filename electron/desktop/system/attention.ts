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
  /** The mark on the task bar's icon (Windows). */
  readonly needsYouMark: () => NativeImage
}

/** The state of the queue that was announced last. */
interface LastNotified {
  readonly finishedCount: number
  readonly stuckCount: number
  /** Since the user last looked at the window. */
  readonly isStuckTold: boolean
}

/**
 * Tells the user what the window cannot, when it is not in front: one notification when nothing goes
 * on by itself any more, and one when the first upload needs them. How many need them stands on the
 * dock's or task bar's icon all the time.
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
    // The first report is what there was before; so is that of a page that was loaded again.
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
      // Not before nothing goes on any more: the batch is counted to its end.
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

/** Dock of macOS, docks of Linux that know the LauncherEntry interface, overlay on Windows. */
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

/** Windows stops by itself when the window comes to the front; elsewhere the badge is enough. */
function flash({ platform }: AttentionDeps, window: BrowserWindow | null): void {
  if (platform !== 'win32' || window === null || window.isDestroyed()) return
  window.flashFrame(true)
  window.once('focus', () => window.flashFrame(false))
}

function nameOf({ name }: NamedUpload): string {
  return plainName(name, 60)
}

export interface Message {
  readonly title: string
  readonly body: string
  /** A button, where the system has them; null: none. */
  readonly action: { readonly label: string; readonly act: () => void } | null
}

export type Notify = (message: Message) => void

/**
 * Shows notifications of the system, which holds them back by itself while the user does not want
 * to be disturbed. They make no sound. A click brings the window. macOS and Windows have buttons
 * (docs/api/structures/notification-action.md).
 */
export function systemNotifications(show: () => void, log: Log): Notify {
  // Kept while it is on the screen: what nobody refers to is collected, and its clicks are lost.
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
/** Blue, green, red, opacity, as Chromium's bitmaps have them: the page's `--bad`. */
const RED = [0x2a, 0x32, 0xa8, 0xff] as const

/** A red dot for the task bar's icon (Windows): 16 x 16 pixels at twice their size. */
export function attentionBadge(): NativeImage {
  const bitmap = Buffer.alloc(SIDE * SIDE * RED.length)
  const middle = (SIDE - 1) / 2
  for (let at = 0; at < SIDE * SIDE; at += 1) {
    const fromMiddle = Math.hypot((at % SIDE) - middle, Math.floor(at / SIDE) - middle)
    if (fromMiddle <= SIDE / 2 - 1) bitmap.set(RED, at * RED.length)
  }
  return nativeImage.createFromBitmap(bitmap, { width: SIDE, height: SIDE, scaleFactor: 2 })
}
