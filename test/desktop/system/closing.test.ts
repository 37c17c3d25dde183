import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Json, QueueState, SettingsStore } from '../../../electron/core/ports.ts'
import { QUIT_AFTER_MS } from '../../../electron/desktop/system/background.ts'
import {
  type DesktopIntegration,
  setUpDesktopIntegration,
} from '../../../electron/desktop/system/desktop-integration.ts'
import {
  app,
  dialog,
  FakeNotification,
  FakeTray,
  FakeWindow,
  powerMonitor,
  resetElectron,
  standIn,
} from '../../fakes/electron.ts'
import { idleQueue, namedUpload } from '../../fakes/queue-reports.ts'

const UPLOADING: QueueState = { ...idleQueue, movingCount: 3 }
const PASTED: QueueState = {
  ...idleQueue,
  onlyHereCount: 1,
  onlyHere: [namedUpload('image.png')],
}

const BACKGROUND = 0
const STOP = 1
const CANCEL = 2
const LOSE = 1

let values: Map<string, Json>
let nowMs: number
let beside: DesktopIntegration
let window: FakeWindow
let endByStarter: () => void

beforeEach(() => {
  values = new Map()
  nowMs = 0
  start('linux')
})

afterEach(end)

/** Removes the app's listeners on this process's signals. */
function end(): void {
  app.emit('will-quit', { preventDefault: () => undefined })
  resetElectron()
}

function start(platform: NodeJS.Platform): void {
  end()
  const settings: SettingsStore = {
    get: (key) => values.get(key),
    set: (key, value) => void values.set(key, value),
    delete: (key) => void values.delete(key),
  }
  beside = setUpDesktopIntegration({
    app: standIn(app),
    powerMonitor: standIn(powerMonitor),
    starter: {
      onEnd: (listener) => {
        endByStarter = listener
      },
    },
    platform,
    settings,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    currentWindow: () => (window.isDestroyed() ? null : standIn(window)),
    show: () => window.show(),
    core: () => {
      throw new Error('Nothing asks the core here')
    },
    now: () => nowMs,
  })
  window = new FakeWindow()
  window.show()
  beside.watch(standIn(window))
}

/** Answers the dialog of the next attempt to close. */
async function closeAndAnswer(response: number, checkboxChecked = false): Promise<void> {
  dialog.responses.push(response)
  dialog.checkboxChecked = checkboxChecked
  window.close()
  await vi.waitFor(() => expect(dialog.responses).toEqual([]))
  // The window reacts to the answer in the next tick.
  await new Promise(setImmediate)
}

describe('closing the window', () => {
  it('asks nothing while nothing would be lost', () => {
    beside.queueChanged({ ...idleQueue, stuckCount: 2, finishedCount: 5 })

    window.close()

    expect(window.isDestroyed()).toBe(true)
    expect(dialog.asked).toEqual([])
  })

  it('offers to keep uploading, to stop, or to stay', async () => {
    beside.queueChanged(UPLOADING)

    await closeAndAnswer(CANCEL)

    expect(window.isDestroyed()).toBe(false)
    expect(window.isVisible()).toBe(true)
    expect(dialog.asked).toEqual([
      {
        type: 'question',
        title: 'Ferry',
        message: 'Ferry is still uploading 3 files.',
        detail:
          'Uploads can continue without the window. If you stop, they resume at the next start.',
        buttons: [
          'Keep uploading in the background',
          'Stop and resume at the next start',
          'Cancel',
        ],
        defaultId: 0,
        cancelId: 2,
        noLink: true,
        checkboxLabel: 'Always do this',
      },
    ])
  })

  it('closes when the user chooses to stop', async () => {
    beside.queueChanged(UPLOADING)

    await closeAndAnswer(STOP)

    expect(window.isDestroyed()).toBe(true)
    expect(app.calls).toEqual([])
  })

  it('asks once, however often the button is pressed', async () => {
    beside.queueChanged(UPLOADING)
    const { promise, resolve } = Promise.withResolvers<void>()
    dialog.open = promise
    window.close()
    window.close()

    resolve()
    await once(window, 'closed')

    expect(dialog.asked).toHaveLength(1)
  })

  it.each([
    ['in the background', BACKGROUND, false],
    ['never', STOP, true],
  ])('remembers the choice: %s', async (_name, response, isClosed) => {
    beside.queueChanged(UPLOADING)
    await closeAndAnswer(response, true)
    start('linux')
    beside.queueChanged(UPLOADING)

    window.close()

    expect(dialog.asked).toEqual([])
    expect(window.isDestroyed()).toBe(isClosed)
    expect(window.isVisible()).toBe(false)
  })

  it('does not remember a change of mind', async () => {
    beside.queueChanged(UPLOADING)

    await closeAndAnswer(CANCEL, true)

    expect(beside.preferences.closeHabit()).toBe('ask')
  })

  it('names a file that only the window has, and keeps it by default', async () => {
    beside.queueChanged(PASTED)

    await closeAndAnswer(0)

    expect(window.isDestroyed()).toBe(false)
    expect(dialog.asked).toMatchObject([
      {
        message: '“image.png” exists only in this window.',
        detail: 'It is not uploaded yet, and Ferry cannot read it again once the window is closed.',
        buttons: ['Keep the window open', 'Close and lose “image.png”'],
        defaultId: 0,
        cancelId: 0,
      },
    ])
  })

  it('gives up the file when the user says so', async () => {
    beside.queueChanged(PASTED)

    await closeAndAnswer(LOSE)

    expect(window.isDestroyed()).toBe(true)
  })

  it('asks about such a file even if stopping was remembered', async () => {
    beside.preferences.setCloseHabit('stop')
    beside.queueChanged({ ...PASTED, movingCount: 2 })

    await closeAndAnswer(CANCEL)

    expect(dialog.asked).toMatchObject([
      {
        message: 'Ferry is still uploading 2 files.',
        detail:
          '“image.png” exists only in this window. If you stop, it is lost; all others resume at the next start.',
        buttons: ['Keep uploading in the background', 'Stop and lose “image.png”', 'Cancel'],
      },
    ])
    expect(dialog.asked[0]).not.toHaveProperty('checkboxLabel')
  })

  it('names a few of many, with cleaned names', async () => {
    beside.queueChanged({
      ...idleQueue,
      onlyHereCount: 5,
      onlyHere: [namedUpload('a.png'), namedUpload('b\u202egnp.exe'), namedUpload('c.png')],
    })

    await closeAndAnswer(0)

    expect(dialog.asked[0]?.message).toBe(
      '“a.png”, “bgnp.exe”, “c.png” and 2 others exist only in this window.',
    )
  })

  it('is never blocked by a hung page', () => {
    beside.queueChanged({ ...PASTED, movingCount: 3 })
    window.emit('unresponsive')

    window.close()

    expect(window.isDestroyed()).toBe(true)
  })

  it('is never blocked by a crashed page', () => {
    beside.queueChanged({ ...PASTED, movingCount: 3 })
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 })

    window.close()

    expect(window.isDestroyed()).toBe(true)
  })

  it('does not wait for a page that hangs after the answer', async () => {
    beside.queueChanged(UPLOADING)
    // Electron waits for the page before it closes the window.
    const close = window.close.bind(window)
    window.close = () => {
      if (dialog.asked.length === 0) close()
    }
    await closeAndAnswer(STOP)
    expect(window.isDestroyed()).toBe(false)

    window.emit('unresponsive')

    expect(window.isDestroyed()).toBe(true)
  })
})

describe('quitting', () => {
  it('asks nothing about uploads that resume at the next start', () => {
    beside.queueChanged(UPLOADING)

    app.quit()

    expect(window.isDestroyed()).toBe(true)
    expect(dialog.asked).toEqual([])
  })

  it('asks about a file that only the window has, and stays if the user keeps it', async () => {
    beside.queueChanged(PASTED)
    const ended = vi.fn()
    app.on('will-quit', ended)
    dialog.responses.push(0)

    app.quit()
    await vi.waitFor(() => expect(dialog.responses).toEqual([]))
    await new Promise(setImmediate)

    expect(ended).not.toHaveBeenCalled()
    expect(dialog.asked).toMatchObject([
      { buttons: ['Keep Ferry open', 'Quit and lose “image.png”'] },
    ])
    // The next close is a normal one again.
    beside.queueChanged(UPLOADING)
    await closeAndAnswer(CANCEL)
    expect(dialog.asked[1]?.message).toBe('Ferry is still uploading 3 files.')
  })

  it('continues after the answer', async () => {
    beside.queueChanged(PASTED)
    const ended = once(app, 'will-quit')
    dialog.responses.push(LOSE)

    app.quit()

    await ended
    expect(window.isDestroyed()).toBe(true)
  })

  it.each([
    ['a shutdown of macOS and Linux', () => powerMonitor.emit('shutdown')],
    ['a shutdown of Windows', () => window.emit('session-end', {})],
    ['the end of a Linux session', () => process.listeners('SIGTERM')[0]?.('SIGTERM')],
    ['a closed terminal', () => process.listeners('SIGHUP')[0]?.('SIGHUP')],
    ['Ctrl+Break', () => process.listeners('SIGBREAK')[0]?.('SIGBREAK')],
    ['the program that started it', () => endByStarter()],
  ])('by %s happens at once and asks nothing', (_name, end) => {
    beside.queueChanged({ ...PASTED, movingCount: 3 })

    end()

    expect([app.calls, window.isDestroyed()]).toEqual([['quit'], true])
    expect(dialog.asked).toEqual([])
  })

  it('makes the system wait for it at a shutdown', () => {
    const event = { preventDefault: vi.fn() }

    powerMonitor.emit('shutdown', event)

    expect(event.preventDefault).toHaveBeenCalled()
  })

  it('waits until Windows confirms the shutdown, which can be cancelled', () => {
    beside.queueChanged({ ...PASTED, movingCount: 3 })

    window.emit('query-session-end', {})

    expect([app.calls, window.isDestroyed()]).toEqual([[], false])
  })

  it('asks nothing once Windows is shutting down', () => {
    beside.queueChanged({ ...PASTED, movingCount: 3 })
    window.emit('query-session-end', {})

    app.quit()

    expect(window.isDestroyed()).toBe(true)
    expect(dialog.asked).toEqual([])
  })

  it('asks again long after a cancelled shutdown', async () => {
    beside.queueChanged(PASTED)
    window.emit('query-session-end', {})
    nowMs += 121_000

    await closeAndAnswer(0)

    expect(window.isDestroyed()).toBe(false)
  })
})

describe('in the background', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    beside.preferences.setCloseHabit('background')
  })

  const hide = (platform: NodeJS.Platform = 'linux') => {
    start(platform)
    beside.queueChanged(UPLOADING)
    window.close()
  }
  const labels = () => FakeTray.shown().map(({ menu }) => menu.map(({ label }) => label))

  it('the window is replaced by a tray icon that shows the progress', () => {
    hide()
    beside.queueChanged({ ...UPLOADING, fraction: 0.429, movingCount: 1, stuckCount: 1 })

    expect([window.isVisible(), window.isDestroyed()]).toEqual([false, false])
    expect(labels()).toEqual([
      ['Uploading 1 file, 42 %, 1 file needs you', undefined, 'Show Ferry', 'Quit Ferry'],
    ])
    expect(FakeTray.shown()[0]?.toolTip).toBe('Ferry: Uploading 1 file, 42 %, 1 file needs you')
  })

  it('macOS shows no tray icon besides the dock', () => {
    hide('darwin')

    expect(window.isVisible()).toBe(false)
    expect(FakeTray.all).toEqual([])
  })

  it('macOS leaves full screen first', async () => {
    start('darwin')
    window.mode = 'full-screen'
    beside.queueChanged(UPLOADING)

    window.close()
    await vi.advanceTimersByTimeAsync(0)

    expect(window.calls.slice(-2)).toEqual(['setFullScreen', 'hide'])
  })

  it('uploads continue on systems without a tray', () => {
    start('linux')
    FakeTray.failure = new Error('No tray')
    beside.queueChanged(UPLOADING)

    window.close()

    expect([window.isVisible(), window.isDestroyed()]).toEqual([false, false])
  })

  it('the icon reopens the window and disappears', () => {
    hide()

    FakeTray.shown()[0]?.menu[2]?.click?.(standIn({}), undefined, standIn({}))

    expect(window.isVisible()).toBe(true)
    expect(FakeTray.shown()).toEqual([])
  })

  it('a finished batch is announced, and Ferry ends by itself a little later', () => {
    hide()

    beside.queueChanged({ ...idleQueue, finishedCount: 3 })
    vi.advanceTimersByTime(QUIT_AFTER_MS - 1)
    expect(app.calls).toEqual([])
    vi.advanceTimersByTime(1)

    expect(FakeNotification.shown.map(({ options }) => options.title)).toEqual(['3 files uploaded'])
    expect(app.calls).toEqual(['quit'])
    expect(window.isDestroyed()).toBe(true)
  })

  it.each<[string, QueueState]>([
    ['something needs the user', { ...idleQueue, stuckCount: 1, finishedCount: 2 }],
    ['a file exists in the window alone', { ...PASTED, finishedCount: 2 }],
    ['something goes on again', UPLOADING],
  ])('Ferry keeps running while %s', (_name, queue) => {
    hide()
    beside.queueChanged({ ...idleQueue, finishedCount: 2 })

    beside.queueChanged(queue)
    vi.advanceTimersByTime(2 * QUIT_AFTER_MS)

    expect(app.calls).toEqual([])
    expect(FakeTray.shown()).toHaveLength(1)
  })

  it('Ferry keeps running when the window is shown meanwhile', () => {
    hide()
    beside.queueChanged({ ...idleQueue, finishedCount: 2 })

    FakeNotification.shown[0]?.click()
    vi.advanceTimersByTime(2 * QUIT_AFTER_MS)

    expect(window.isVisible()).toBe(true)
    expect(app.calls).toEqual([])
  })

  it('macOS keeps Ferry in the dock when everything is done', () => {
    hide('darwin')

    beside.queueChanged({ ...idleQueue, finishedCount: 3 })
    vi.advanceTimersByTime(2 * QUIT_AFTER_MS)

    expect(app.calls).toEqual([])
  })

  it('an upload that failed before the window was closed does not keep Ferry running', () => {
    start('linux')
    beside.queueChanged({ ...UPLOADING, stuckCount: 1 })
    window.close()

    beside.queueChanged({ ...idleQueue, stuckCount: 1, finishedCount: 3 })
    vi.advanceTimersByTime(QUIT_AFTER_MS)

    expect(app.calls).toEqual(['quit'])
  })
})
