import { beforeEach, describe, expect, it } from 'vitest'
import { offerQuickActions } from '../../../electron/desktop/system/menu.ts'
import { app, resetElectron, standIn } from '../../fakes/electron.ts'

let done: string[]
let hasLink: boolean

beforeEach(() => {
  resetElectron()
  done = []
  hasLink = true
  app.isPackaged = true
})

function offer(platform: NodeJS.Platform, askedDataFolder: string | null = null): void {
  offerQuickActions({
    app: standIn(app),
    platform,
    askedDataFolder,
    program: 'C:\\Ferry\\Ferry.exe',
    show: () => void done.push('show'),
    chooseFiles: () => void done.push('choose'),
    copyLastLink: async () => {
      done.push('copy')
      return hasLink
    },
  })
}

async function press(label: string): Promise<void> {
  const item = app.dock.menu?.find((each) => each.label === label)
  item?.click?.(standIn({}), undefined, standIn({}))
  await new Promise(setImmediate)
}

describe('the app’s icon', () => {
  it('has a menu in the dock of macOS', async () => {
    offer('darwin')

    await press('Choose Files…')
    await press('Show Ferry')
    await press('Copy Last Link')

    expect(done).toEqual(['choose', 'show', 'copy'])
    expect(app.tasks).toEqual([])
  })

  it('shows the window if there is no link to copy', async () => {
    hasLink = false
    offer('darwin')

    await press('Copy Last Link')

    expect(done).toEqual(['copy', 'show'])
  })

  it('has a task in the jump list of Windows, which starts the app', () => {
    offer('win32')
    const [usual] = app.tasks
    offer('win32', 'D:\\Ada B')

    expect(usual).toEqual({
      program: 'C:\\Ferry\\Ferry.exe',
      arguments: '--choose-files',
      iconPath: 'C:\\Ferry\\Ferry.exe',
      iconIndex: 0,
      title: 'Upload files…',
      description: 'Choose files and upload them to your bucket',
    })
    expect(app.tasks[0]?.arguments).toBe('--choose-files "--data-dir=D:\\Ada B"')
    expect(app.dock.menu).toBeNull()
  })

  it.each([
    ['on Linux', 'linux', true],
    ['of an app that runs from its sources', 'win32', false],
  ] as const)('offers nothing %s', (_name, platform, isPackaged) => {
    app.isPackaged = isPackaged

    offer(platform)

    expect([app.tasks, app.dock.menu]).toEqual([[], null])
  })
})
