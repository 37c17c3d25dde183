import { type App, type BrowserWindow, dialog, type PowerMonitor } from 'electron'
import type { Core } from '../../core/create-core.ts'
import type { Log, QueueState, SettingsStore } from '../../core/ports.ts'
import type { ParentProcess } from '../boot/parent-process.ts'
import { attentionBadge, drawAttention, systemNotifications } from './attention.ts'
import { showTray, uploadInBackground } from './background.ts'
import { askBeforeClosing } from './closing.ts'
import { Preferences } from './preferences.ts'

export interface DesktopIntegrationDeps {
  readonly app: App
  readonly powerMonitor: PowerMonitor
  readonly starter: Pick<ParentProcess, 'onEnd'>
  readonly platform: NodeJS.Platform
  readonly settings: SettingsStore
  readonly log: Log
  readonly currentWindow: () => BrowserWindow | null
  /** Opens the window or brings it to the front. */
  readonly show: () => void
  readonly core: () => Pick<Core, 'handlers' | 'copyLatestLink'>
  readonly now: () => number
}

/** Everything that Ferry shows and asks outside its page. */
export interface DesktopIntegration {
  readonly preferences: Preferences
  readonly queueChanged: (queue: QueueState) => void
  /** Must be called for every new window. */
  readonly watch: (window: BrowserWindow) => void
}

/** The state of an idle queue. */
export const IDLE_QUEUE: QueueState = {
  fraction: null,
  movingCount: 0,
  finishedCount: 0,
  lastFinished: null,
  stuckCount: 0,
  firstStuck: null,
  onlyHereCount: 0,
  onlyHere: [],
}

export function setUpDesktopIntegration(deps: DesktopIntegrationDeps): DesktopIntegration {
  const { app, platform, currentWindow, show, core } = deps
  const preferences = new Preferences(deps.settings)
  let queue = IDLE_QUEUE
  const attention = drawAttention({
    app,
    platform,
    preferences,
    currentWindow,
    needsYouMark: attentionBadge,
    notify: systemNotifications(show, deps.log),
    copyLink: ({ uploadId }) => void core().handlers.copyShareLink({ uploadId }),
    copyLastLink: () => void core().copyLatestLink(),
  })
  const background = uploadInBackground({
    platform,
    show,
    showTray,
    queue: () => queue,
    quit: () => app.quit(),
  })
  const closing = askBeforeClosing({
    app,
    dialog,
    preferences,
    powerMonitor: deps.powerMonitor,
    signals: process,
    starter: deps.starter,
    queue: () => queue,
    goOnInBackground: background.start,
    now: deps.now,
  })
  const queueChanged = (next: QueueState) => {
    queue = next
    attention(next)
    background.queueChanged()
  }
  const watch = (window: BrowserWindow) => {
    closing.watch(window)
    // Files that only the page had are lost, and nothing is uploaded until it is loaded again.
    window.webContents.on('render-process-gone', () => {
      queue = IDLE_QUEUE
    })
    window.on('closed', () => queueChanged(IDLE_QUEUE))
  }
  return { preferences, queueChanged, watch }
}
