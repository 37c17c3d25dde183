import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bucketFolders, ObjectFiles } from '../../../electron/local-bucket/objects/object-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ferry-files-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const filesOn = (platform: NodeJS.Platform, below = folder) =>
  new ObjectFiles(bucketFolders(below, path.join(below, 'objects')), platform)

describe('the paths of a key', () => {
  it('are its readable name and an escaped one', () => {
    expect(filesOn('linux').pathsOf('photos/a b.jpg')).toEqual([
      'objects/photos/a b.jpg',
      'unusual-names/k-photos%2fa%20b%2ejpg',
    ])
  })

  it('are short enough for most programs on Windows', () => {
    const deep = path.join(folder, 'deep'.repeat(20))
    const key = `${'long-name/'.repeat(15)}a.jpg`
    const files = filesOn('win32', deep)

    const places = files.pathsOf(key)

    expect(filesOn('linux', deep).pathsOf(key)).toHaveLength(2)
    expect(places).toEqual([expect.stringMatching(/^unusual-names\/h-[0-9a-f]{64}$/)])
    expect(places.every((place) => files.absolute(place).length <= 240)).toBe(true)
    expect(files.pathsOf('short.jpg')[0]).toBe('objects/short.jpg')
  })

  it('are next to objects in another folder', () => {
    const elsewhere = path.join(folder, 'elsewhere')
    const files = new ObjectFiles(bucketFolders(folder, elsewhere))

    expect(files.absolute('objects/a')).toBe(path.join(elsewhere, 'a'))
    expect(files.absolute('work/a')).toBe(path.join(`${elsewhere}.ferry`, 'work', 'a'))
  })
})

describe('a move', () => {
  it('never replaces a file, and leaves no folder behind when it fails', () => {
    const files = filesOn('linux')
    const file = files.newWorkFile()
    writeFileSync(files.absolute(file), 'new')
    writeFileSync(files.absolute('objects/taken'), 'old')

    const moves = [
      files.move(file, 'objects/taken'),
      files.move(file, 'objects/taken/below'),
      files.move('work/missing', 'objects/folder/file'),
    ]

    expect(moves).toEqual([false, false, false])
    expect(readdirSync(files.folder)).toEqual(['taken'])
    expect(files.move(file, 'objects/folder/file')).toBe(true)
  })
})
