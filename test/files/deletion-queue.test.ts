import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { DeletionQueue } from '../../electron/files/deletion-queue.ts'
import { temporaryFolder } from '../fakes/core-ports.ts'
import { holdFiles, noWait } from './held-files.ts'

function someFolder() {
  const { folder, remove } = temporaryFolder()
  onTestFinished(remove)
  const file = join(folder, 'inner', 'a.bin')
  mkdirSync(join(folder, 'inner'))
  writeFileSync(file, 'secret')
  return { folder, file }
}

/** A file that was held longer than Ferry waits. */
async function remembered() {
  const made = someFolder()
  const held = holdFiles(made.folder, 8)
  await new DeletionQueue(made.folder, noWait).remove(made.file)
  held.letGo()
  return made
}

it('deletes a file at once if possible', async () => {
  const { folder, file } = someFolder()

  const isGone = await new DeletionQueue(folder, noWait).remove(file)

  expect(isGone).toBe(true)
  expect(readdirSync(folder, { recursive: true })).toEqual(['inner'])
})

it('deletes a held file at the next start', async () => {
  const { folder, file } = await remembered()
  expect(existsSync(file)).toBe(true)

  await new DeletionQueue(folder, noWait).deleteQueued()

  expect(readdirSync(folder, { recursive: true })).toEqual(['inner'])
})

it('keeps a file on its list that is held at the next start, too', async () => {
  const { folder, file } = await remembered()
  const held = holdFiles(folder, 8)
  await new DeletionQueue(folder, noWait).deleteQueued()
  held.letGo()
  expect(existsSync(file)).toBe(true)

  await new DeletionQueue(folder, noWait).deleteQueued()

  expect(existsSync(file)).toBe(false)
})

it('keeps a file that was created under the name of a listed one', async () => {
  const { folder, file } = await remembered()
  writeFileSync(file, 'another')

  await new DeletionQueue(folder, noWait).deleteQueued()

  expect(readFileSync(file, 'utf8')).toBe('another')
  expect(existsSync(join(folder, 'to-delete.json'))).toBe(false)
})

it('records all files that are held at the same time', async () => {
  const { folder } = someFolder()
  const files = ['1', '2', '3'].map((name) => join(folder, name))
  for (const file of files) writeFileSync(file, 'x')
  const list = new DeletionQueue(folder, noWait)
  holdFiles(folder, 24)

  await Promise.all(files.map((file) => list.remove(file)))
  await new DeletionQueue(folder, noWait).deleteQueued()

  expect(readdirSync(folder)).toEqual(['inner'])
})

it('removes temporary files at the start, which an interrupted write has left', async () => {
  const { folder } = someFolder()
  writeFileSync(join(folder, 'secrets.json.0c5f6a1e-7f0d-4a3e-9a77-0f3f1b2c4d5e.tmp'), 'secret')

  await new DeletionQueue(folder, noWait).deleteQueued()

  expect(readdirSync(folder)).toEqual(['inner'])
})

it.each(['../outside', '../data/../outside', 'inner/../../outside'])(
  'deletes nothing outside its folder, whatever the list contains: %s',
  async (path) => {
    const { folder: around } = someFolder()
    const folder = join(around, 'data')
    mkdirSync(join(folder, 'inner'), { recursive: true })
    const outside = join(around, 'outside')
    writeFileSync(outside, 'x')
    const { size, mtimeNs, birthtimeNs } = lstatSync(outside, { bigint: true })
    const files = [{ path, identity: [size, mtimeNs, birthtimeNs].join('-') }]
    writeFileSync(join(folder, 'to-delete.json'), JSON.stringify({ version: 1, files }))

    await new DeletionQueue(folder, noWait).deleteQueued()

    expect(existsSync(outside)).toBe(true)
  },
)
