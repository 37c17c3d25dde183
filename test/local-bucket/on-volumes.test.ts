import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LocalBucket, openLocalBucket } from '../../electron/local-bucket/local-bucket.ts'
import { openFilesStay, scanner } from '../platforms/busy-files.ts'
import { apfs, hfsPlus, NEW_EMOJI, ntfs } from '../platforms/file-systems.ts'
import { simulateFiles, type Volume } from '../platforms/simulated-files.ts'
import { clientOf, MIB, refusalOf } from './conformance/store.ts'
import { presigned } from './hand-signed.ts'
import { storeOf } from './temporary-bucket.ts'

let folder: string
let unmount: () => void = () => undefined
let bucket: LocalBucket
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ferry-volume-'))
})
afterEach(async () => {
  await bucket.close()
  unmount()
  unmount = () => undefined
  await rm(folder, { recursive: true, force: true })
})

/** Skips the pauses, which a file that stays open would cause. */
const wait = async () => undefined

async function openOn(...volumes: Volume[]): Promise<void> {
  if (volumes.length > 0) unmount = simulateFiles(folder, ...volumes)
  bucket = await openLocalBucket({ folder })
}

async function reopen(): Promise<void> {
  await bucket.close()
  bucket = await openLocalBucket({ folder })
}

const named = (Key: string) => ({ Bucket: 'ferry', Key })
const client = () => clientOf(storeOf(bucket), { maxAttempts: 1 })
const put = (Key: string, Body: string | Buffer) =>
  client().send(new PutObjectCommand({ ...named(Key), Body }))
const remove = (Key: string, VersionId?: string) =>
  client().send(new DeleteObjectCommand({ ...named(Key), VersionId }))
const text = async (Key: string, VersionId?: string) => {
  const { Body } = await client().send(new GetObjectCommand({ ...named(Key), VersionId }))
  return Body?.transformToString()
}
const keys = async () => {
  const { Contents = [] } = await client().send(new ListObjectsV2Command({ Bucket: 'ferry' }))
  return Contents.map(({ Key }) => Key)
}
const inObjects = (...names: string[]) => path.join(folder, 'objects', ...names)
/** Excludes the bucket's own small files. */
const isObjectFile = (file: string) => /[\\/](objects|unusual-names|work)[\\/]/.test(file)
const workFiles = () => readdir(path.join(folder, 'work'))
const linkTo = (key: string) => {
  const made = { method: 'GET', path: `/ferry/${key}` }
  return bucket.endpoint + presigned(storeOf(bucket), made, { atMs: Date.now() })
}
const loseIndex = async () => {
  await bucket.close()
  await writeFile(path.join(folder, 'index.sqlite'), 'this is no database')
  bucket = await openLocalBucket({ folder })
}

describe('keys that a file system may treat as equal', () => {
  it.each([
    {
      system: 'NTFS with short names',
      volume: ntfs,
      pairs: [
        ['FERRY~1/parts/photo', '.ferry/parts/photo'],
        ['FERRY~1/incoming/photo', 'OBJECT~1/photo'],
        ['UNUSUA~1/k-%3a', ':'],
        ['../UNUSUA~1/k-%3f', '?'],
        ['holiday-photos/a.jpg', 'HOLIDA~1/a.jpg'],
        ['Case', 'CASE'],
        ['ends', 'ends.'],
      ],
    },
    {
      system: 'HFS+',
      volume: hfsPlus,
      pairs: [
        ['.ferry\u200c/parts/photo', '.ferry/parts/photo'],
        ['unusual-names\u200c/k-%3f', '?'],
        ['unusual-names\u200d/k-%3a', ':'],
        ['zero\u200bwidth', 'zerowidth'],
        ['é', 'e\u0301'],
      ],
    },
  ])('are separate objects on $system, even after a restart', async ({ volume, pairs }) => {
    await openOn(volume())
    const all = pairs.flat()
    for (const key of all) await put(key, `body of ${key}`)

    const before = await Promise.all(all.map((key) => text(key)))
    await reopen()
    const after = await Promise.all(all.map((key) => text(key)))
    for (const [first = ''] of pairs) await remove(first)

    const expected = all.map((key) => `body of ${key}`)
    expect([before, after]).toEqual([expected, expected])
    const others = pairs.map(([, other = '']) => other)
    expect((await keys()).toSorted()).toEqual(others.toSorted())
    expect(await Promise.all(others.map((key) => text(key)))).toEqual(
      others.map((key) => `body of ${key}`),
    )
  })

  it('never replace a file that has their escaped name', async () => {
    await openOn()
    const file = path.join(folder, 'unusual-names', 'k-%3a')
    await writeFile(file, 'not an object')

    await put(':', 'object')
    await reopen()

    expect(await text(':')).toBe('object')
    expect(await readFile(file, 'utf8')).toBe('not an object')
  })
})

describe('a name that APFS refuses', () => {
  it.each([NEW_EMOJI, `${NEW_EMOJI}/file`, `folder/${NEW_EMOJI}/file`])(
    'is stored as an object anyway: %s',
    async (key) => {
      await openOn(apfs())

      await put(key, 'first')
      await put(key, 'second')

      expect(await text(key)).toBe('second')
      expect(await readdir(inObjects())).toEqual([])
      expect(await readdir(path.join(folder, 'unusual-names'))).toHaveLength(1)
      await expect.poll(workFiles).toEqual([])
    },
  )
})

describe('a file that is being read on Windows', () => {
  const film = Buffer.alloc(16 * MIB, 'f')

  /** A link that is being played: the answer has started but its bytes are not read yet. */
  async function playing(key: string): Promise<Response> {
    await openOn(ntfs(), openFilesStay())
    await put(key, film)
    return fetch(linkTo(key))
  }

  it('is overwritten and still read to the end', async () => {
    const playingFilm = await playing('film.mp4')

    await put('film.mp4', 'short')

    expect(await text('film.mp4')).toBe('short')
    expect(await readFile(inObjects('film.mp4'), 'utf8')).toBe('short')
    expect(Buffer.from(await playingFilm.arrayBuffer()).equals(film)).toBe(true)
    await expect.poll(workFiles).toEqual([])
  })

  it('is deleted and still read to the end', async () => {
    const playingFilm = await playing('film.mp4')

    await remove('film.mp4')

    expect(await refusalOf(text('film.mp4'))).toMatchObject({ code: 'NoSuchKey' })
    expect(await readdir(inObjects())).toEqual([])
    expect(Buffer.from(await playingFilm.arrayBuffer()).equals(film)).toBe(true)
    await expect.poll(workFiles).toEqual([])
  })
})

describe('a scanner that briefly opens every file', () => {
  it('breaks no kind of change', async () => {
    const held = scanner(2, isObjectFile)
    await openOn(held, openFilesStay())

    await put('folder/a', 'first')
    await put('folder/a', 'second')
    await put('gone', 'gone')
    await remove('gone')
    await client().send(new CopyObjectCommand({ ...named('copy'), CopySource: 'ferry/folder/a' }))
    await client().send(
      new PutBucketVersioningCommand({
        Bucket: 'ferry',
        VersioningConfiguration: { Status: 'Enabled' },
      }),
    )
    const { VersionId: third } = await put('folder/a', 'third')
    const { VersionId: fourth } = await put('folder/a', 'fourth')
    await remove('folder/a', fourth)

    expect(held.refusals()).toBeGreaterThan(10)
    expect([await text('folder/a'), await text('folder/a', 'null')]).toEqual(['third', 'second'])
    expect(await text('folder/a', third)).toBe('third')
    expect(await keys()).toEqual(['copy', 'folder/a'])
    expect((await readdir(inObjects(), { recursive: true })).toSorted()).toEqual([
      'copy',
      'folder',
      'folder/a',
    ])
    // Only the older version is out of sight.
    await expect.poll(async () => (await workFiles()).length).toBe(1)
  })

  it('that never closes a file costs only the readable name, until the next start', async () => {
    const never = Number.MAX_SAFE_INTEGER
    unmount = simulateFiles(folder, scanner(never, isObjectFile))
    bucket = await openLocalBucket({ folder, wait })

    await put('new', 'new')
    await put('new', 'newer')
    const held = [await text('new'), await readdir(inObjects())]
    await bucket.close()
    unmount()
    bucket = await openLocalBucket({ folder })

    expect(held).toEqual(['newer', []])
    expect(await text('new')).toBe('newer')
    expect(await readFile(inObjects('new'), 'utf8')).toBe('newer')
    expect(await workFiles()).toEqual([])
  })

  it('that has old files open does not undo new files and deletions, and is waited for in the background', async () => {
    const holder = { isThere: false }
    const holding: Volume = {
      refusal: ({ name, path: at }) =>
        holder.isThere && name === 'rename' && at.startsWith(inObjects()) ? 'EBUSY' : null,
    }
    unmount = simulateFiles(folder, holding)
    bucket = await openLocalBucket({ folder, wait })
    await put('replaced', 'old')
    await put('deleted', 'old')
    holder.isThere = true

    await put('replaced', 'new')
    await remove('deleted')
    const held = [
      await keys(),
      await text('replaced'),
      await readFile(inObjects('replaced'), 'utf8'),
    ]
    holder.isThere = false

    expect(held).toEqual([['replaced'], 'new', 'old'])
    await expect.poll(() => readdir(inObjects())).toEqual(['replaced'])
    await expect.poll(() => readFile(inObjects('replaced'), 'utf8')).toBe('new')
  })
})

describe('a file that another program has locked', () => {
  it('is answered with SlowDown', async () => {
    const holder = { isThere: false }
    await openOn({
      refusal: ({ name, path: at }) =>
        holder.isThere && name === 'open' && at.startsWith(inObjects()) ? 'EBUSY' : null,
    })
    await put('held', 'bytes')
    holder.isThere = true

    const refusal = await refusalOf(text('held'))
    holder.isThere = false

    expect(refusal).toEqual({ code: 'SlowDown', status: 503 })
    expect(await text('held')).toBe('bytes')
  })
})

describe('a lost index', () => {
  it('does not treat files of Finder or Explorer as objects', async () => {
    await openOn()
    await put('photos/a.jpg', 'mine')
    await put('.DS_Store', 'an object with this name')
    const theirs = ['.DS_Store', '._a.jpg', 'Thumbs.db', 'desktop.ini']
    // Not a valid name on Windows.
    if (process.platform !== 'win32') theirs.push('Icon\r')
    for (const name of theirs) await writeFile(inObjects('photos', name), 'theirs')

    await loseIndex()

    expect(await keys()).toEqual(['.DS_Store', 'photos/a.jpg'])
    expect(await text('.DS_Store')).toBe('an object with this name')
  })

  it('restores names that HFS+ stores decomposed', async () => {
    await openOn(hfsPlus())
    await put('Füße/é.txt', 'accents')

    await loseIndex()
    const found = [await keys(), await text('Füße/é.txt')]
    await put('Füße/é.txt', 'again')
    const again = await text('Füße/é.txt')
    await remove('Füße/é.txt')

    expect(found).toEqual([['Füße/é.txt'], 'accents'])
    expect(again).toBe('again')
    expect(await readdir(inObjects())).toEqual([])
  })

  it('loses no file that only the index knew', async () => {
    await openOn()
    await client().send(
      new PutBucketVersioningCommand({
        Bucket: 'ferry',
        VersioningConfiguration: { Status: 'Enabled' },
      }),
    )
    await put('kept', 'older')
    await put('kept', 'newer')

    await loseIndex()

    const aside = (await readdir(folder)).find((name) => /^work\.damaged-\d+$/.test(name)) ?? ''
    const [older = ''] = await readdir(path.join(folder, aside))
    expect(await readFile(path.join(folder, aside, older), 'utf8')).toBe('older')
    expect(await text('kept')).toBe('newer')
  })
})

describe('an empty folder', () => {
  it('is removed even if Finder has put its file there', async () => {
    await openOn()
    await put('photos/summer/a.jpg', 'a')
    await put('photos/b.jpg', 'b')
    await writeFile(inObjects('photos', 'summer', '.DS_Store'), 'theirs')
    await writeFile(inObjects('photos', '.DS_Store'), 'theirs')

    await remove('photos/summer/a.jpg')
    const left = await readdir(inObjects('photos'))
    await remove('photos/b.jpg')

    expect(left.toSorted()).toEqual(['.DS_Store', 'b.jpg'])
    expect(await readdir(inObjects())).toEqual([])
  })
})
