import type { MenuItemConstructorOptions } from 'electron'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { CommandOutput } from '../../../electron/contract/commands.ts'
import { failed, type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import { menuActions, menuTemplate, setMenu } from '../../../electron/desktop/system/menu.ts'
import { FakeWindow, Menu, resetElectron, shell, standIn } from '../../fakes/electron.ts'

const PLATFORMS = ['darwin', 'win32', 'linux'] as const

let done: string[]

beforeEach(() => {
  resetElectron()
  shell.opened.length = 0
  done = []
})

const templateFor = (platform: NodeJS.Platform, isPackaged = true) =>
  menuTemplate({
    platform,
    isPackaged,
    dataFolder: '/data',
    choose: (item) => void done.push(item),
    copyDiagnostics: () => void done.push('diagnostics'),
    preferences: [],
  })

const below = ({ submenu }: MenuItemConstructorOptions) => (Array.isArray(submenu) ? submenu : [])
const itemsOf = (template: readonly MenuItemConstructorOptions[]) => template.flatMap(below)
const namesOf = (items: readonly MenuItemConstructorOptions[]) =>
  items.map(({ label, role }) => label ?? role)

function press(template: readonly MenuItemConstructorOptions[], label: string): void {
  const item = itemsOf(template).find((each) => each.label?.toLowerCase() === label.toLowerCase())
  if (item === undefined) throw new Error(`No item ${label}`)
  item.click?.(standIn({}), undefined, standIn({}))
}

describe('the menu', () => {
  it('follows the order of each system', () => {
    expect(namesOf(templateFor('darwin'))).toEqual([
      'appMenu',
      'File',
      'editMenu',
      'View',
      'windowMenu',
      'help',
    ])
    for (const platform of ['win32', 'linux'] as const) {
      expect(namesOf(templateFor(platform))).toEqual(['&File', '&Edit', '&View', '&Help'])
    }
  })

  it('has About, the settings and Quit where each system looks for them', () => {
    const [app] = templateFor('darwin')
    const [file] = templateFor('win32')
    const help = templateFor('linux').at(-1)

    expect(namesOf(below(app ?? {}))).toEqual(
      expect.arrayContaining(['about', 'Destination Settings…', 'services', 'hide', 'quit']),
    )
    expect(namesOf(below(file ?? {}))).toEqual(
      expect.arrayContaining(['Destination settings…', 'close', 'quit']),
    )
    expect(namesOf(below(help ?? {})).at(-1)).toBe('about')
  })

  it.each(PLATFORMS)('does each thing once on %s, with the usual shortcut', (platform) => {
    const template = templateFor(platform)
    const keys = itemsOf(template).flatMap(({ accelerator }) => accelerator ?? [])

    for (const label of ['Add files…', 'Add folder…', 'New destination…']) press(template, label)
    press(template, 'Destination settings…')
    press(template, 'Copy diagnostics')

    expect(done).toEqual(['add-files', 'add-folder', 'new-destination', 'settings', 'diagnostics'])
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys).toEqual(
      expect.arrayContaining(['CmdOrCtrl+O', 'CmdOrCtrl+Shift+O', 'CmdOrCtrl+N', 'CmdOrCtrl+=']),
    )
    expect(keys).toContain(platform === 'darwin' ? 'Cmd+,' : 'Ctrl+,')
    // The page handles these shortcuts itself.
    expect(keys.filter((key) => /\d$/.test(key))).toEqual([])
  })

  it.each(PLATFORMS)('capitalizes labels as %s does', (platform) => {
    const labels = itemsOf(templateFor(platform)).flatMap(({ label }) => label ?? [])
    const isTitled = (label: string) => label.split(' ').every((word) => /^[A-Z]/.test(word))

    expect(labels.length).toBeGreaterThan(5)
    expect(labels.every(isTitled)).toBe(platform === 'darwin')
  })

  it.each(PLATFORMS)(
    'reloads and inspects on %s only in an app that is not packaged',
    (platform) => {
      const roles = (isPackaged: boolean) =>
        itemsOf(templateFor(platform, isPackaged)).map(({ role }) => role)

      expect(roles(true)).not.toContain('toggleDevTools')
      expect(roles(true)).not.toContain('reload')
      expect(roles(false)).toEqual(expect.arrayContaining(['reload', 'toggleDevTools']))
    },
  )

  it('opens the folders, and tolerates that nothing opens', async () => {
    const template = templateFor('linux')
    press(template, 'Open log folder')
    press(template, 'Open data folder')
    expect(shell.opened[0]).toMatch(/^[\\/]data[\\/]logs$/)
    expect(shell.opened[1]).toBe('/data')

    vi.spyOn(shell, 'openPath').mockRejectedValueOnce(new Error('No file manager'))
    press(template, 'Open log folder')
    vi.restoreAllMocks()
  })

  it('is passed to Electron', () => {
    setMenu({
      platform: 'linux',
      isPackaged: true,
      dataFolder: '/data',
      choose: () => undefined,
      copyDiagnostics: () => undefined,
      preferences: [],
    })

    expect(namesOf(Menu.template ?? [])).toContain('&File')
  })
})

type Copied = Outcome<CommandOutput<'copyDiagnostics'>>
const COPIED: Copied = succeeded({ isCopied: true, text: 'x' })

describe('an item of the menu', () => {
  const setUp = (window: FakeWindow | null, copied: Copied = COPIED) => {
    const told: unknown[] = []
    let shownCount = 0
    const actions = menuActions({
      core: { handlers: { copyDiagnostics: async () => copied } },
      log: { info: () => {}, warn: () => {}, error: () => {} },
      notify: (name, payload) => void told.push({ name, payload }),
      currentWindow: () => (window === null ? null : standIn(window)),
      showWindow: () => {
        shownCount += 1
      },
    })
    return { ...actions, told, shownCount: () => shownCount }
  }
  const chosen = { name: 'menuChosen', payload: { item: 'add-files' } }

  it('reaches the page as a user gesture, so that a file chooser may open', async () => {
    const window = new FakeWindow()
    const { choose, told, shownCount } = setUp(window)

    choose('add-files')

    await vi.waitFor(() => expect(told).toEqual([chosen]))
    expect(window.webContents.executed).toEqual([{ code: 'undefined', isGesture: true }])
    expect(shownCount()).toBe(1)
  })

  it('reaches even a page that runs no script', async () => {
    const window = new FakeWindow()
    window.webContents.scriptFailure = new Error('Script failed to execute')
    const { choose, told } = setUp(window)

    choose('add-files')

    await vi.waitFor(() => expect(told).toEqual([chosen]))
  })

  it('opens the window if there is none', () => {
    const { choose, told, shownCount } = setUp(null)

    choose('add-files')

    expect(shownCount()).toBe(1)
    expect(told).toEqual([])
  })

  it.each<[Copied, boolean]>([
    [COPIED, true],
    [succeeded({ isCopied: false, text: 'x' }), false],
    [failed({ kind: 'disk-full', where: 'data-folder' }), false],
  ])('copies the diagnostics without the page and says so: %j', async (answer, isCopied) => {
    const { copyDiagnostics, told } = setUp(null, answer)

    copyDiagnostics()

    await vi.waitFor(() =>
      expect(told).toEqual([{ name: 'diagnosticsCopied', payload: { isCopied } }]),
    )
  })
})
