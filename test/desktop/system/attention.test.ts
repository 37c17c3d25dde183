import { beforeEach, describe, expect, it } from 'vitest'
import type { Json, QueueState } from '../../../electron/core/ports.ts'
import {
  attentionBadge,
  drawAttention,
  systemNotifications,
} from '../../../electron/desktop/system/attention.ts'
import { Preferences } from '../../../electron/desktop/system/preferences.ts'
import { app, FakeNotification, FakeWindow, resetElectron, standIn } from '../../fakes/electron.ts'
import { idleQueue, namedUpload } from '../../fakes/queue-reports.ts'

let window: FakeWindow
let preferences: Preferences
let copied: string[]
let warned: unknown[]
let tell: (queue: QueueState) => void

beforeEach(() => start('linux'))

function start(platform: NodeJS.Platform): void {
  resetElectron()
  const values = new Map<string, Json>()
  preferences = new Preferences({
    get: (key) => values.get(key),
    set: (key, value) => void values.set(key, value),
    delete: (key) => void values.delete(key),
  })
  copied = []
  warned = []
  window = new FakeWindow()
  window.show()
  const log = { info: () => {}, warn: (event: object) => void warned.push(event), error: () => {} }
  tell = drawAttention({
    app: standIn(app),
    platform,
    preferences,
    currentWindow: () => standIn(window),
    notify: systemNotifications(() => window.show(), log),
    copyLink: ({ name }) => void copied.push(name),
    copyLastLink: () => void copied.push('the last'),
    needsYouMark: () => standIn({ mark: 'red' }),
  })
  // The report that the page sends after loading.
  tell(idleQueue)
}

const moving = (changes: Partial<QueueState> = {}) => ({ ...idleQueue, movingCount: 2, ...changes })
const titles = () => FakeNotification.shown.map(({ options }) => options.title)

describe('a notification', () => {
  it('announces the end of a batch, not of each file', () => {
    tell(moving())
    tell(moving({ finishedCount: 1 }))
    tell(moving({ finishedCount: 2 }))

    tell({ ...idleQueue, finishedCount: 3 })
    tell({ ...idleQueue, finishedCount: 3 })

    expect(FakeNotification.shown.map(({ options }) => options)).toEqual([
      {
        title: '3 files uploaded',
        body: '',
        silent: true,
        actions: [{ type: 'button', text: 'Copy last link' }],
      },
    ])
  })

  it('names a single file, and copies its link', () => {
    tell(moving())
    tell({ ...idleQueue, finishedCount: 1, lastFinished: namedUpload('film.mov') })

    FakeNotification.shown[0]?.act(0)

    expect(titles()).toEqual(['film.mov is uploaded'])
    expect(copied).toEqual(['film.mov'])
    expect(window.calls).toEqual(['show'])
  })

  it('copies the last link of many', () => {
    tell({ ...idleQueue, finishedCount: 2 })

    FakeNotification.shown[0]?.act(0)

    expect(copied).toEqual(['the last'])
  })

  it('opens the window when it is clicked', () => {
    window.hide()
    tell({ ...idleQueue, finishedCount: 2 })

    FakeNotification.shown[0]?.click()

    expect(window.isVisible()).toBe(true)
  })

  it('counts the next batch separately', () => {
    tell({ ...idleQueue, finishedCount: 3 })
    tell(moving({ finishedCount: 3 }))

    tell({ ...idleQueue, finishedCount: 5 })

    expect(titles()).toEqual(['3 files uploaded', '2 files uploaded'])
  })

  it('is not shown while the window is in front, nor later for events seen there', () => {
    window.focus()
    tell(moving())
    tell({ ...idleQueue, finishedCount: 3, stuckCount: 1 })
    window.blur()

    tell({ ...idleQueue, finishedCount: 3, stuckCount: 1 })

    expect(FakeNotification.shown).toEqual([])
  })

  it('says only once that something needs the user, until they have looked', () => {
    tell(moving({ stuckCount: 1, firstStuck: namedUpload('film.mov') }))
    tell(moving({ stuckCount: 2, firstStuck: namedUpload('film.mov') }))
    expect(titles()).toEqual(['film.mov needs you'])
    expect(FakeNotification.shown[0]?.options.actions).toEqual([])
    window.focus()
    tell(moving({ stuckCount: 2 }))
    window.blur()

    tell(moving({ stuckCount: 3 }))

    expect(titles()).toEqual(['film.mov needs you', '3 files need you'])
  })

  it('combines both when a batch ends with failures', () => {
    tell(moving())

    tell({ ...idleQueue, finishedCount: 4, stuckCount: 1 })

    expect(titles()).toEqual(['4 files uploaded'])
    expect(FakeNotification.shown[0]?.options.body).toBe('1 file needs you.')
  })

  it('ignores what happened before the page was loaded', () => {
    tell({ ...idleQueue, finishedCount: 4 })
    FakeNotification.shown.length = 0

    tell({ ...idleQueue, stuckCount: 7 })

    expect(FakeNotification.shown).toEqual([])
  })

  it('is not shown when the user has switched it off', () => {
    preferences.setNotifications(false)

    tell({ ...idleQueue, finishedCount: 4, stuckCount: 1 })

    expect(FakeNotification.shown).toEqual([])
    expect(app.badgeCount).toBe(1)
  })

  it('is not shown where the system has none, and an error is only logged', () => {
    FakeNotification.hasSupport = false
    tell({ ...idleQueue, finishedCount: 1 })
    FakeNotification.hasSupport = true
    FakeNotification.failure = 'not allowed'

    tell({ ...idleQueue, finishedCount: 2 })

    expect(FakeNotification.shown).toEqual([])
    expect(warned).toEqual([{ error: 'not allowed' }])
  })

  it('shows no invisible characters in a name', () => {
    tell({ ...idleQueue, finishedCount: 1, lastFinished: namedUpload('a\u202egnp.exe') })

    expect(titles()).toEqual(['agnp.exe is uploaded'])
  })
})

describe('the icon in the dock or the task bar', () => {
  it.each<NodeJS.Platform>(['darwin', 'linux'])('counts what needs the user on %s', (platform) => {
    start(platform)

    tell(moving({ stuckCount: 2 }))
    const during = app.badgeCount
    tell(moving())

    expect([during, app.badgeCount]).toEqual([2, 0])
    expect(window.overlay).toBeNull()
    expect(window.flashes).toBe(false)
  })

  it('has an overlay with a description on Windows, and flashes until the window is in front', () => {
    start('win32')

    tell(moving({ stuckCount: 2 }))
    const during = { overlay: window.overlay, flashes: window.flashes }
    window.focus()
    tell(moving())

    expect(during).toEqual({
      overlay: { icon: { mark: 'red' }, description: '2 files need you' },
      flashes: true,
    })
    expect(window.overlay).toEqual({ icon: null, description: '' })
    expect(window.flashes).toBe(false)
  })

  it('does not flash for a window in front', () => {
    start('win32')
    window.focus()

    tell(moving({ stuckCount: 1 }))

    expect(window.flashes).toBe(false)
  })

  it('has a round overlay', () => {
    const [image] = standIn<{ representations: { bitmap: Buffer }[] }>(
      attentionBadge(),
    ).representations
    const opacityAt = (x: number, y: number) => image?.bitmap[(y * 32 + x) * 4 + 3]

    expect([opacityAt(16, 16), opacityAt(0, 0), opacityAt(31, 31)]).toEqual([255, 0, 0])
  })
})

describe('the preferences in the menu', () => {
  const habits = () => {
    const [, closing] = preferences.menuItems()
    return Array.isArray(closing?.submenu) ? closing.submenu : []
  }

  it('switch the notifications', () => {
    const [notifications] = preferences.menuItems()

    notifications?.click?.(standIn({ checked: false }), undefined, standIn({}))

    expect(notifications).toMatchObject({ label: 'Notifications', checked: true })
    expect(preferences.menuItems()[0]).toMatchObject({ checked: false })
  })

  it('reset what "Always do this" has remembered, and update the menu', () => {
    let changedCount = 0
    preferences.onChanged(() => {
      changedCount += 1
    })
    preferences.setCloseHabit('background')
    expect(habits().map(({ checked }) => checked)).toEqual([false, true, false])

    habits()[0]?.click?.(standIn({}), undefined, standIn({}))

    expect(preferences.closeHabit()).toBe('ask')
    expect(changedCount).toBe(2)
  })
})
