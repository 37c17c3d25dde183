import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openSettings } from '../../electron/core/settings-conf.ts'
import { temporaryFolder } from '../fakes/core-ports.ts'
import { sharedBitsOf } from '../loopback/loopback-harness.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
let folder: string
let remove: () => void

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})

afterEach(() => remove())

it('keeps values over a restart, in a file that only this user may read', () => {
  const first = openSettings(folder, NOW)
  first.settings.set('a.b', { list: [1, 'two', null] })
  first.settings.set('gone', true)
  first.settings.delete('gone')

  const { settings, troubles } = openSettings(folder, NOW)

  expect(troubles).toEqual([])
  expect(settings.get('a.b')).toEqual({ list: [1, 'two', null] })
  expect(settings.get('gone')).toBeUndefined()
  expect(sharedBitsOf(statSync(join(folder, 'settings.json')))).toBe(0)
})

it.each(['{"a": 1', 'rubbish', '\u0000\u0000\u0000'])(
  'moves a file aside that is not JSON (%j), says so and begins anew',
  (damage) => {
    writeFileSync(join(folder, 'settings.json'), damage)

    const { settings, troubles } = openSettings(folder, NOW)

    const movedTo = 'settings.corrupt-2026-11-20T12-00-00-000Z.json'
    expect(troubles).toEqual([{ kind: 'file-set-aside', what: 'settings', movedTo }])
    expect(readFileSync(join(folder, movedTo), 'utf8')).toBe(damage)
    settings.set('works', true)
    expect(openSettings(folder, NOW).settings.get('works')).toBe(true)
  },
)

it('never writes over a file that was moved aside before', () => {
  for (const damage of ['one', 'two']) {
    writeFileSync(join(folder, 'settings.json'), damage)
    openSettings(folder, NOW)
  }

  const aside = readdirSync(folder).filter((name) => name.includes('corrupt'))

  const texts = aside.map((name) => readFileSync(join(folder, name), 'utf8'))
  expect(texts.toSorted()).toEqual(['one', 'two'])
})

it('takes the store that the desktop hands it', () => {
  const options: unknown[] = []
  class FakeStore {
    constructor(given: unknown) {
      options.push(given)
    }
    get = () => 'value'
    set = () => undefined
    delete = () => undefined
  }

  const { settings } = openSettings(folder, NOW, FakeStore)

  expect(settings.get('any')).toBe('value')
  expect(options).toMatchObject([{ cwd: folder, name: 'settings', configFileMode: 0o600 }])
})
