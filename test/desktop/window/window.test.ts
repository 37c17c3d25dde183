import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Json, SettingsStore } from '../../../electron/core/ports.ts'
import { endOnBug, reloadCrashedPage } from '../../../electron/desktop/boot/crashes.ts'
import { showProgress } from '../../../electron/desktop/system/host-shell.ts'
import { keepOneWindow } from '../../../electron/desktop/window/one-window.ts'
import { openWindow } from '../../../electron/desktop/window/window.ts'
import { placeWindow } from '../../../electron/desktop/window/window-state.ts'
import {
  app,
  dialog,
  FakeWindow,
  nativeTheme,
  powerSaveBlocker,
  resetElectron,
  screen,
  standIn,
} from '../../fakes/electron.ts'

const silent = { info: () => {}, warn: () => {}, error: () => {} }
const SCREEN = { x: 0, y: 0, width: 1920, height: 1040 }

const settingsOf = (values: Map<string, Json>): SettingsStore => ({
  get: (key) => values.get(key),
  set: (key, value) => void values.set(key, value),
  delete: (key) => void values.delete(key),
})

const shown: string[] = []

beforeEach(() => {
  shown.length = 0
  resetElectron()
  dialog.errors.length = 0
  screen.workAreas = [SCREEN]
  nativeTheme.shouldUseDarkColors = false
})

function opened(values = new Map<string, Json>()): FakeWindow {
  const parts = { log: silent, store: settingsOf(values), preload: '/out/preload/index.cjs' }
  openWindow({ ...parts, pageUrl: 'app://ferry/', onShown: () => void shown.push('shown') })
  return lastWindow()
}

const design = (name: string) =>
  readFileSync(new URL(`../../../renderer/design/${name}`, import.meta.url), 'utf8')

function lastWindow(): FakeWindow {
  const window = FakeWindow.opened.at(-1)
  if (window === undefined) throw new Error('No window was opened')
  return window
}

describe('the window', () => {
  it('sends nothing by UDP, which bypasses the network guard', () => {
    expect(opened().webContents.webRtcPolicy).toBe('disable_non_proxied_udp')
  })

  it('gives the page no privileges', () => {
    expect(opened().options.webPreferences).toEqual({
      preload: '/out/preload/index.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      spellcheck: false,
    })
  })

  it('loads the page and is shown only after the page has painted', () => {
    const window = opened()
    expect(window.loaded).toEqual(['app://ferry/'])
    expect(window.options.show).toBe(false)
    expect(window.calls).toEqual([])

    window.emit('ready-to-show')

    expect(window.calls).toEqual(['show'])
  })

  it.each(['did-finish-load', 'ready-to-show'])(
    'is shown once, at the first event: %s',
    (first) => {
      const window = opened()
      const say = (event: string) =>
        event === 'ready-to-show' ? window.emit(event) : window.webContents.emit(event)

      say(first)
      say('did-finish-load')
      say('ready-to-show')

      expect(window.calls).toEqual(['show'])
    },
  )

  it('is shown after three seconds even if Wayland never emits ready-to-show', () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const window = opened()

    vi.advanceTimersByTime(2999)
    expect(window.calls).toEqual([])
    vi.advanceTimersByTime(1)

    expect(window.calls).toEqual(['show'])
  })

  it('shows a page that could not be loaded, and not for a load that another one replaced', () => {
    const window = opened()
    const fails = (code: number, isMainFrame: boolean) =>
      window.webContents.emit('did-fail-load', {}, code, 'ERR_X', 'app://ferry/', isMainFrame)

    fails(-3, true)
    fails(-6, false)
    expect(window.calls).toEqual([])
    fails(-6, true)

    expect(window.calls).toEqual(['show'])
  })

  it('that was closed while it loaded is never shown', () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const window = opened()
    window.close()

    expect(() => {
      window.emit('ready-to-show')
      window.webContents.emit('did-finish-load')
      vi.advanceTimersByTime(5000)
    }).not.toThrow()
    expect(window.calls).toEqual([])
  })

  it('that disappeared without an event is not shown either', () => {
    const window = opened()
    window.isGone = true

    expect(() => window.emit('ready-to-show')).not.toThrow()
  })

  it("has the page's background before the page has painted, in light and dark mode", () => {
    const [, light, dark] =
      /--bg: light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/.exec(design('tokens.css')) ?? []
    const bodyBackground = /^body \{[^}]*background: ([^;]+);/m.exec(design('base.css'))?.[1]

    const inLight = opened().options.backgroundColor
    nativeTheme.shouldUseDarkColors = true
    const inDark = opened().options.backgroundColor

    expect(bodyBackground).toBe('var(--bg)')
    expect([inLight, inDark]).toEqual([light, dark])
  })

  it('opens where it was closed', () => {
    const values = new Map<string, Json>()
    const first = opened(values)
    expect(first.options).toMatchObject({ width: 1120, height: 740, minWidth: 360 })
    first.bounds = { x: 300, y: 200, width: 900, height: 700 }

    first.close()

    expect(opened(values).options).toMatchObject({ x: 300, y: 200, width: 900, height: 700 })
  })

  it.each([
    ['maximized', ['maximize', 'show']],
    ['full-screen', ['show', 'setFullScreen']],
    ['normal', ['show']],
  ] as const)('opens %s as it was closed, and keeps its normal size', (mode, calls) => {
    const values = new Map<string, Json>()
    const first = opened(values)
    first.bounds = { x: 300, y: 200, width: 900, height: 700 }
    first.mode = mode
    first.close()

    const next = opened(values)
    expect(next.calls).toEqual([])
    next.emit('ready-to-show')

    expect(next.options).toMatchObject({ x: 300, y: 200, width: 900, height: 700 })
    expect(next.calls).toEqual(calls)
  })

  it('fills the same screen again, even if its normal position is on another', () => {
    const second = { x: 1920, y: 0, width: 1280, height: 1000 }
    screen.workAreas = [SCREEN, second]
    const values = new Map<string, Json>()
    const first = opened(values)
    first.bounds = { x: 300, y: 200, width: 900, height: 700 }
    first.filled = second
    first.mode = 'maximized'
    first.close()

    expect(opened(values).options).toMatchObject({ x: 1920, y: 0, width: 900, height: 700 })
  })

  it('opens at its default size when the stored mode is invalid', () => {
    const window = opened(new Map<string, Json>([['windowMode', 'tiled']]))

    window.emit('ready-to-show')

    expect(window.calls).toEqual(['show'])
  })

  it('closes even if the page prevents it', () => {
    const stays = opened().webContents.navigates('will-prevent-unload', '')

    expect(stays).toBe(false)
  })

  it('closes even on a full disk', () => {
    const window = openWindow({
      store: {
        ...settingsOf(new Map()),
        set: () => {
          throw Object.assign(new Error('No space left on device'), { code: 'ENOSPC' })
        },
      },
      log: silent,
      preload: '/p',
      pageUrl: 'app://ferry/',
      onShown: () => undefined,
    })

    expect(() => window.close()).not.toThrow()
  })
})

describe('the remembered position', () => {
  it.each([
    ['is kept while it is on a screen', { x: 10, y: 10, width: 800, height: 600 }],
    ['is kept on a second screen', { x: -1500, y: 0, width: 800, height: 600 }],
    ['is kept partly outside, with enough to grab', { x: 1700, y: 900, width: 800, height: 600 }],
  ])('%s', (_name, bounds) => {
    const screens = [SCREEN, { x: -1920, y: 0, width: 1920, height: 1080 }]

    expect(placeWindow(bounds, screens)).toEqual(bounds)
  })

  it.each([
    ['on a screen that is gone', { x: -1500, y: 0, width: 800, height: 600 }],
    ['with its title above the screen', { x: 0, y: -300, width: 800, height: 600 }],
    ['with its title below the screen', { x: 0, y: 1030, width: 800, height: 600 }],
    ['that nobody could grab', { x: 1900, y: 0, width: 800, height: 600 }],
    ['that is none', 'x'],
    ['without a number', { x: 0, y: 0, width: Number.NaN, height: 1 }],
    ['that was never', undefined],
  ])('%s is forgotten', (_name, bounds) => {
    expect(placeWindow(bounds, [SCREEN])).toBeNull()
  })

  it("shrinks to a smaller screen, but never below the page's minimum", () => {
    const small = { x: 0, y: 0, width: 800, height: 600 }

    expect(placeWindow({ x: 0, y: 0, width: 3000, height: 50 }, [small])).toEqual({
      x: 0,
      y: 0,
      width: 800,
      height: 420,
    })
  })
})

describe('one window', () => {
  const start = (platform: NodeJS.Platform) => {
    const one = keepOneWindow(standIn(app), platform, () => standIn(new FakeWindow()))
    one.start()
    return one
  }

  it('comes to the front on a second start', () => {
    start('linux')
    lastWindow().isSmall = true

    app.emit('second-instance')

    expect(FakeWindow.opened).toHaveLength(1)
    expect(lastWindow().calls).toEqual(['restore', 'show', 'focus'])
  })

  it('is requested again by a start that comes while it closes', () => {
    const one = start('linux')
    const window = lastWindow()
    window.on('close', () => app.emit('second-instance'))
    const destroy = window.destroy.bind(window)
    window.destroy = () => undefined

    window.close()
    app.emit('second-instance')
    const isEnding = one.isEnding()
    destroy()
    app.emit('will-quit')

    expect(isEnding).toBe(true)
    expect(one.isWantedAgain()).toBe(true)
    expect(FakeWindow.opened).toHaveLength(1)
  })

  it('opens again on macOS for a start that comes while it closes', () => {
    const one = start('darwin')
    const first = lastWindow()
    const destroy = first.destroy.bind(first)
    first.destroy = () => undefined
    first.close()

    app.emit('second-instance')
    destroy()

    expect(FakeWindow.opened).toHaveLength(2)
    expect([one.isEnding(), one.isWantedAgain()]).toEqual([false, false])
  })

  it('is not closing when its closing was prevented', () => {
    const one = start('linux')
    lastWindow().prependListener('close', (event: Electron.Event) => event.preventDefault())

    lastWindow().close()
    app.emit('second-instance')

    expect(one.isEnding()).toBe(false)
    expect(lastWindow().calls).toEqual(['show', 'focus'])
  })

  it('does not open while the app ends', () => {
    const one = start('linux')
    app.emit('will-quit')
    lastWindow().close()

    app.emit('second-instance')

    expect(FakeWindow.opened).toHaveLength(1)
    expect(one.isWantedAgain()).toBe(true)
  })

  it('opens again from the dock after it was closed, on macOS', () => {
    const one = start('darwin')
    lastWindow().close()
    app.emit('window-all-closed')
    expect(one.current()).toBeNull()

    app.emit('activate')

    expect(FakeWindow.opened).toHaveLength(2)
    expect(app.calls).toEqual([])
  })

  it('ends the app when it is closed elsewhere', () => {
    start('win32')

    app.emit('window-all-closed')

    expect(app.calls).toEqual(['quit'])
  })

  it('does not open before everything it needs is ready', () => {
    keepOneWindow(standIn(app), 'darwin', () => standIn(new FakeWindow()))

    app.emit('activate')

    expect(FakeWindow.opened).toEqual([])
  })
})

describe('progress', () => {
  it('keeps the computer and the window awake only while something is uploading', () => {
    const window = new FakeWindow()
    const show = showProgress(standIn(powerSaveBlocker), () => standIn(window))

    show(0.25, 'moving')
    show(0.5, 'moving')
    const during = {
      bar: window.progress,
      blockers: [...powerSaveBlocker.running.values()],
      isThrottled: window.webContents.isThrottled,
    }
    show(null, 'paused')

    expect(during).toEqual({
      bar: { value: 0.5, mode: 'normal' },
      blockers: ['prevent-app-suspension'],
      isThrottled: false,
    })
    expect(window.progress).toEqual({ value: -1, mode: 'paused' })
    expect(powerSaveBlocker.running.size).toBe(0)
    expect(window.webContents.isThrottled).toBe(true)
  })

  it("changes the page's throttling only when needed, and for each page separately", () => {
    let window = new FakeWindow()
    const show = showProgress(standIn(powerSaveBlocker), () => standIn(window))

    show(null, 'paused')
    for (const fraction of [0.1, 0.2, 0.3]) show(fraction, 'moving')
    show(0.3, 'paused')
    show(0.3, 'paused')
    expect(window.webContents.throttlingCallCount).toBe(2)
    show(0.4, 'moving')
    window = new FakeWindow()
    show(0.5, 'moving')
    const isThrottled = window.webContents.isThrottled
    show(null, 'paused')

    expect(isThrottled).toBe(false)
  })

  it.each([
    ['stuck', 'error'],
    ['paused', 'paused'],
  ] as const)('lets the computer sleep while only %s is left', (pace, mode) => {
    const window = new FakeWindow()
    const show = showProgress(standIn(powerSaveBlocker), () => standIn(window))
    show(0.5, 'moving')

    show(0.5, pace)

    expect(window.progress).toEqual({ value: 0.5, mode })
    expect(powerSaveBlocker.running.size).toBe(0)
    expect(window.webContents.isThrottled).toBe(true)
  })

  it('lets the computer sleep when the window is closed', () => {
    let window: FakeWindow | null = new FakeWindow()
    const show = showProgress(standIn(powerSaveBlocker), () =>
      window === null ? null : standIn(window),
    )
    show(0.25, 'moving')
    window = null

    show(null, 'paused')

    expect(powerSaveBlocker.running.size).toBe(0)
  })
})

describe('a crash', () => {
  it('of the main process is shown once, then the app ends', () => {
    const codes: number[] = []
    const exit = (code: number) => void codes.push(code)
    const die = endOnBug({ dialog: standIn(dialog), log: silent, dataFolder: '/data', exit })

    die(new Error('one'))
    die(new Error('two'))

    expect(codes).toEqual([1])
    expect(dialog.errors).toHaveLength(1)
    expect(dialog.errors[0]?.content).toContain('Your uploads continue when you start it again')
  })

  it('of the page reloads it, and gives up on a page that keeps crashing', () => {
    const window = new FakeWindow()
    let nowMs = 0
    const ends: unknown[] = []
    reloadCrashedPage(
      standIn(window),
      silent,
      () => nowMs,
      (error) => void ends.push(error),
    )
    const crash = (reason: string) =>
      window.webContents.emit('render-process-gone', {}, { reason, exitCode: 1 })

    crash('clean-exit')
    crash('oom')
    nowMs += 60_000
    crash('crashed')
    expect(window.webContents.reloadCount).toBe(2)
    expect(ends).toEqual([])

    nowMs += 1000
    crash('crashed')

    expect(window.webContents.reloadCount).toBe(2)
    expect(ends).toHaveLength(1)
  })
})
