import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { openSettings } from '../../../electron/core/host/settings-file.ts'
import { StartRefused } from '../../../electron/files/start-refused.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'
import { holdFiles, noWait } from '../../files/held-files.ts'
import { sharedBitsOf } from '../../loopback/loopback-harness.ts'
import { type FileCall, simulateFiles } from '../../platforms/simulated-files.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
let folder: string
let remove: () => void

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})

afterEach(() => remove())

it('keeps values across a restart, in a file that only this user may read', async () => {
  const first = await openSettings(folder, NOW)
  first.settings.set('a.b', { list: [1, 'two', null] })
  first.settings.set('gone', true)
  first.settings.delete('gone')

  const { settings, notices } = await openSettings(folder, NOW)

  expect(notices).toEqual([])
  expect(settings.get('a.b')).toEqual({ list: [1, 'two', null] })
  expect(settings.get('gone')).toBeUndefined()
  expect(sharedBitsOf(statSync(join(folder, 'settings.json')))).toBe(0)
})

it.each(['{"a": 1', 'rubbish', '\u0000\u0000\u0000'])(
  'moves a file aside that is not JSON (%j), reports it and starts empty',
  async (damage) => {
    writeFileSync(join(folder, 'settings.json'), damage)

    const { settings, notices } = await openSettings(folder, NOW)

    const movedTo = 'settings.corrupt-2026-11-20T12-00-00-000Z.json'
    expect(notices).toEqual([{ kind: 'file-set-aside', what: 'settings', movedTo }])
    expect(readFileSync(join(folder, movedTo), 'utf8')).toBe(damage)
    settings.set('works', true)
    expect((await openSettings(folder, NOW)).settings.get('works')).toBe(true)
  },
)

it('never overwrites a file that was moved aside before', async () => {
  for (const damage of ['one', 'two']) {
    writeFileSync(join(folder, 'settings.json'), damage)
    await openSettings(folder, NOW)
  }

  const aside = readdirSync(folder).filter((name) => name.includes('corrupt'))

  const texts = aside.map((name) => readFileSync(join(folder, name), 'utf8'))
  expect(texts.toSorted()).toEqual(['one', 'two'])
})

it.each(['[]', 'null', '7', '"text"'])(
  'moves a file aside that is JSON but no settings: %s',
  async (text) => {
    writeFileSync(join(folder, 'settings.json'), text)

    const { notices } = await openSettings(folder, NOW)

    expect(notices).toMatchObject([{ kind: 'file-set-aside', what: 'settings' }])
  },
)

describe('while another program holds the file', () => {
  const stored = async () => (await openSettings(folder, NOW)).settings.get('key')

  it('a new value is valid at once, and is written when the program lets go', async () => {
    const { settings } = await openSettings(folder, NOW, noWait)
    settings.set('key', 'old')
    const { refusals, letGo } = holdFiles(folder, 4)

    settings.set('key', 'new')
    settings.set('key', 'newest')

    expect(settings.get('key')).toBe('newest')
    expect(await stored()).toBe('old')
    await settings.close?.()
    letGo()
    expect(refusals()).toBe(4)
    expect(await stored()).toBe('newest')
    expect(readdirSync(folder)).toEqual(['settings.json'])
  })

  it('for long, a notice says so until the file could be written', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { settings } = await openSettings(folder, NOW, noWait)
    const reported: boolean[] = []
    settings.watchHeld?.((isHeld) => reported.push(isHeld))
    const { letGo } = holdFiles(folder, Number.POSITIVE_INFINITY)
    settings.set('key', 'new')
    await vi.waitFor(() => expect(reported).toEqual([true]))

    letGo()
    vi.advanceTimersByTime(30_000)

    await vi.waitFor(() => expect(reported).toEqual([true, false]))
    expect(await stored()).toBe('new')
  })

  it('when Ferry stops, one more attempt is made, and Ferry stops', async () => {
    const { settings } = await openSettings(folder, NOW, noWait)
    holdFiles(folder, Number.POSITIVE_INFINITY)
    settings.set('key', 'new')

    await expect(settings.close?.()).resolves.toBeUndefined()
  })

  it('at the start and it cannot be moved aside, one sentence names the file', async () => {
    const file = join(folder, 'settings.json')
    writeFileSync(file, '{"half')
    const { letGo } = holdFiles(folder, Number.POSITIVE_INFINITY)

    const refused = await openSettings(folder, NOW, noWait).catch((error: unknown) => error)

    letGo()
    expect(refused).toBeInstanceOf(StartRefused)
    expect(String(refused)).toContain(`another program has ${file} open`)
    expect(readFileSync(file, 'utf8')).toBe('{"half')
  })
})

it('keeps the former value if no file can be written to the folder', async () => {
  const { settings } = await openSettings(folder, NOW)
  settings.set('key', 'old')
  const full = { refusal: ({ isWriting }: FileCall) => (isWriting ? 'ENOSPC' : null) }
  onTestFinished(simulateFiles(folder, full))

  expect(() => settings.set('key', 'new')).toThrow('ENOSPC')

  expect(settings.get('key')).toBe('old')
})
