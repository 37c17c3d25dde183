import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Json } from '../../../electron/core/ports.ts'
import { openWindowStore } from '../../../electron/desktop/window/window-state.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'
import { app, ipcMain, resetElectron } from '../../fakes/electron.ts'

const BOUNDS = { x: 10, y: 20, width: 900, height: 600 }

beforeEach(resetElectron)

function someFolder(): string {
  const { folder, remove } = temporaryFolder()
  app.setPath('userData', folder)
  onTestFinished(remove)
  return folder
}

function opened(dataFolder: string, settings = new Map<string, Json>()) {
  const warnings: string[] = []
  const store = openWindowStore({
    dataFolder,
    settings: { get: (key) => settings.get(key) },
    log: { warn: (_event, text) => void warnings.push(text) },
  })
  return { store, warnings }
}

describe("the window's store", () => {
  it('persists in a file that only this user can read', () => {
    const folder = someFolder()
    opened(folder).store.set('window', BOUNDS)

    expect(opened(folder).store.get('window')).toEqual(BOUNDS)
    const file = join(folder, 'window.json')
    const shared = process.platform === 'win32' ? 0 : statSync(file).mode & 0o077
    expect(shared).toBe(0)
  })

  it('begins with what an older Ferry stored in the settings', () => {
    const folder = someFolder()
    const older = new Map<string, Json>([['window', BOUNDS]])

    const { store } = opened(folder, older)
    expect(store.get('window')).toEqual(BOUNDS)
    store.set('window', { ...BOUNDS, x: 500 })

    expect(opened(folder, older).store.get('window')).toEqual({ ...BOUNDS, x: 500 })
  })

  it('begins again after its file was damaged', () => {
    const folder = someFolder()
    writeFileSync(join(folder, 'window.json'), '{"window": {')

    const { store } = opened(folder)
    store.set('windowMode', 'maximized')

    expect(JSON.parse(readFileSync(join(folder, 'window.json'), 'utf8'))).toEqual({
      windowMode: 'maximized',
    })
  })

  it('lets the window open and close even if its file cannot be read', () => {
    const folder = someFolder()
    mkdirSync(join(folder, 'window.json'))

    const { store, warnings } = opened(folder)
    store.set('window', BOUNDS)

    expect(store.get('window')).toBeUndefined()
    expect(warnings).toEqual(['The remembered position of the window could not be read'])
  })

  it('opens no channel to pages', () => {
    opened(someFolder())

    expect(ipcMain.eventNames()).toEqual([])
  })
})
