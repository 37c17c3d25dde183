import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { setAside } from '../../../electron/core/files/set-aside.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
let folder: string
let remove: () => void

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})

afterEach(() => remove())

it('takes a file and its journal out of the way under one new name', async () => {
  const file = join(folder, 'a.sqlite')
  writeFileSync(file, 'file')
  writeFileSync(`${file}-wal`, 'journal')

  const name = await setAside(file, NOW, ['-wal', '-shm'])

  expect(name).toBe('a.corrupt-2026-11-20T12-00-00-000Z.sqlite')
  expect(readFileSync(join(folder, `${name}-wal`), 'utf8')).toBe('journal')
  expect(readdirSync(folder)).toHaveLength(2)
})

it('finds a name that is free', async () => {
  const file = join(folder, 'a.json')

  const names: string[] = []
  for (const text of ['one', 'two', 'three']) {
    writeFileSync(file, text)
    names.push(await setAside(file, NOW))
  }

  expect(new Set(names).size).toBe(3)
  expect(names.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual([
    'one',
    'two',
    'three',
  ])
})
