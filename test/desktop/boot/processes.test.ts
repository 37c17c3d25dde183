import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import {
  keepCrashDumps,
  removeOldDumps,
  watchAnswers,
  watchProcesses,
} from '../../../electron/desktop/boot/crashes.ts'
import { aboutPanel } from '../../../electron/desktop/system/menu.ts'
import { DeletionQueue } from '../../../electron/files/deletion-queue.ts'
import { app, crashReporter, FakeWindow, resetElectron, standIn } from '../../fakes/electron.ts'

let lines: { readonly event: Record<string, unknown>; readonly text: string }[]
const note = (event: Record<string, unknown>, text: string) => void lines.push({ event, text })
const log = { info: note, warn: note, error: note }

beforeEach(() => {
  resetElectron()
  lines = []
  crashReporter.started.length = 0
  crashReporter.failure = null
})

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ferry-dumps-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('crash dumps', () => {
  const keep = (folder: string) => keepCrashDumps(standIn(app), standIn(crashReporter), folder)

  it('are kept in the data folder and sent nowhere', () => {
    const folder = temporaryFolder()

    keep(folder)

    expect(app.getPath('crashDumps')).toBe(join(folder, 'crashes'))
    expect(crashReporter.started).toEqual([{ uploadToServer: false }])
  })

  it('are limited to the last ten, wherever Crashpad puts them', async () => {
    const folder = temporaryFolder()
    const dumpOf = (number: number) =>
      join(folder, 'crashes', number % 2 === 0 ? 'completed' : 'reports', `${number}.dmp`)
    for (const name of ['completed', 'reports']) {
      mkdirSync(join(folder, 'crashes', name), { recursive: true })
    }
    writeFileSync(join(folder, 'crashes', 'settings.dat'), '')
    const numbers = Array.from({ length: 14 }, (_, number) => number)
    for (const number of numbers) {
      writeFileSync(dumpOf(number), 'memory')
      writeFileSync(dumpOf(number).replace('.dmp', '.meta'), '')
      utimesSync(dumpOf(number), 1000 + number, 1000 + number)
    }

    await removeOldDumps(join(folder, 'crashes'), new DeletionQueue(folder))

    const left = numbers.filter((number) => existsSync(dumpOf(number)))
    expect(left).toEqual(numbers.slice(4))
    expect(existsSync(dumpOf(0).replace('.dmp', '.meta'))).toBe(false)
    expect(existsSync(dumpOf(13).replace('.dmp', '.meta'))).toBe(true)
    expect(existsSync(join(folder, 'crashes', 'settings.dat'))).toBe(true)
  })

  it('that cannot be kept are no obstacle', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'crashes'), 'in the way')

    expect(() => keep(folder)).not.toThrow()
    crashReporter.failure = new Error('No handler')
    expect(() => keep(temporaryFolder())).not.toThrow()
  })
})

describe("Chromium's processes", () => {
  it('are logged with the reason for their end', () => {
    watchProcesses(standIn(app), log)
    const gone = { type: 'GPU', exitCode: 139, name: 'GPU', serviceName: 'gpu' }

    app.emit('child-process-gone', {}, { ...gone, reason: 'clean-exit' })
    app.emit('child-process-gone', {}, { ...gone, reason: 'crashed' })

    expect(lines).toHaveLength(1)
    expect(lines[0]?.event).toMatchObject({ type: 'GPU', reason: 'crashed', exitCode: 139 })
  })

  it('report how long the page did not respond', () => {
    const window = new FakeWindow()
    let nowMs = 1000
    watchAnswers(standIn(window), log, () => nowMs)

    window.webContents.emit('responsive')
    window.webContents.emit('unresponsive')
    window.webContents.emit('unresponsive')
    nowMs += 7000
    window.webContents.emit('responsive')

    expect(lines.map(({ text }) => text)).toEqual([
      'The page does not respond',
      'The page responds again',
    ])
    expect(lines[1]?.event).toEqual({ afterMs: 7000 })
  })
})

it.each(['darwin', 'win32', 'linux'] as const)(
  'the About panel on %s shows the versions',
  (platform) => {
    const versions = { ferry: '1.2.3', electron: '45.4.1', chrome: '156.0.1.2', node: '24.18.1' }

    const text = Object.values(aboutPanel(versions, platform)).join('\n')

    for (const part of [
      'Ferry',
      '1.2.3',
      'Electron 45.4.1',
      'Chromium 156.0.1.2',
      'Node.js 24.18.1',
      'MIT',
    ]) {
      expect(text).toContain(part)
    }
  },
)
