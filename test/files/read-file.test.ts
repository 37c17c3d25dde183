import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import { setAside } from '../../electron/files/read-file.ts'
import { StartRefused } from '../../electron/files/start-refused.ts'
import { temporaryFolder } from '../fakes/core-ports.ts'
import { simulateFiles } from '../platforms/simulated-files.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
let folder: string
let remove: () => void

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})

afterEach(() => remove())

it('moves a file and its journal aside under one new name', async () => {
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

it('leaves a file with its journal if one of them is held, and names it', async () => {
  const file = join(folder, 'a.sqlite')
  writeFileSync(file, 'file')
  writeFileSync(`${file}-wal`, 'journal')
  const letGo = simulateFiles(folder, {
    refusal: ({ name, path }) => (name === 'rename' && path === file ? 'EBUSY' : null),
  })
  onTestFinished(letGo)

  const refused = setAside(file, NOW, ['-wal', '-shm'], async () => undefined)

  await expect(refused).rejects.toThrow(
    new StartRefused(
      `Ferry cannot start: another program has ${file} open, or you may not change it. Close that program (a virus scanner, a backup or an editor), and start Ferry again.`,
    ),
  )
  expect(readdirSync(folder).sort()).toEqual(['a.sqlite', 'a.sqlite-wal'])
})
