import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type LocalBucket, openLocalBucket } from '../../../electron/local-bucket/local-bucket.ts'
import { simulateFiles } from '../../platforms/simulated-files.ts'
import { clientOf } from '../conformance/store.ts'
import { storeOf } from '../temporary-bucket.ts'

let folder: string
let bucket: LocalBucket
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ferry-older-'))
  bucket = await openLocalBucket({ folder })
})
afterEach(async () => {
  await bucket.close()
  await rm(folder, { recursive: true, force: true })
})

const named = (Key: string) => ({ Bucket: 'ferry', Key })
const client = () => clientOf(storeOf(bucket))
const put = (Key: string, Body: string) =>
  client().send(new PutObjectCommand({ ...named(Key), Body }))
const text = async (Key: string, VersionId?: string) =>
  (
    await client().send(new GetObjectCommand({ ...named(Key), VersionId }))
  ).Body?.transformToString()

interface Content {
  readonly olderVersion: string | undefined
  readonly uploadId: string | undefined
  readonly ETag: string | undefined
}

/** Creates every kind of file in a bucket: plain, unusual, an older version and a part. */
async function fill(): Promise<Content> {
  await put('photos/a.jpg', 'plain')
  await put('b?', 'unusual')
  await put('x'.repeat(900), 'long')
  await client().send(
    new PutBucketVersioningCommand({
      Bucket: 'ferry',
      VersioningConfiguration: { Status: 'Enabled' },
    }),
  )
  const { VersionId: olderVersion } = await put('versions', 'older')
  await put('versions', 'newer')
  const { UploadId: uploadId } = await client().send(
    new CreateMultipartUploadCommand(named('joined')),
  )
  const part = { ...named('joined'), UploadId: uploadId, PartNumber: 1, Body: 'part' }
  const { ETag } = await client().send(new UploadPartCommand(part))
  return { olderVersion, uploadId, ETag }
}

const exists = (...names: string[]) =>
  access(path.join(folder, ...names)).then(
    () => true,
    () => false,
  )

/** Rearranges a closed bucket's files and index as older versions of Ferry stored them. */
async function makeOlder(): Promise<void> {
  const objects = path.join(folder, 'objects')
  await mkdir(path.join(objects, '.ferry', 'incoming'), { recursive: true })
  await writeFile(path.join(objects, '.ferry', 'incoming', 'f'.repeat(32)), 'a body that was cut')
  await rename(path.join(folder, 'unusual-names'), path.join(objects, 'unusual-names'))
  const db = new DatabaseSync(path.join(folder, 'index.sqlite'))
  for (const [table, area] of [
    ['objects', 'versions'],
    ['parts', 'parts'],
  ] as const) {
    await mkdir(path.join(objects, '.ferry', area))
    const rows = db.prepare(`SELECT file FROM ${table} WHERE file LIKE 'work/%'`).all()
    for (const { file } of rows) {
      const name = String(file).slice('work/'.length)
      await rename(path.join(folder, 'work', name), path.join(objects, '.ferry', area, name))
    }
  }
  await rm(path.join(folder, 'work'), { recursive: true })
  db.exec(`
    UPDATE objects SET file = '.ferry/versions/' || substr(file, 6),
      fold = '.ferry/versions/' || substr(fold, 6) WHERE file LIKE 'work/%';
    UPDATE objects SET file = substr(file, 9), fold = substr(fold, 9) WHERE file LIKE 'objects/%';
    UPDATE parts SET file = substr(file, 6);
    DROP TABLE moves;
    DROP TABLE discarded;
    PRAGMA user_version = 1;
  `)
  db.close()
}

async function expectAll({ olderVersion, uploadId, ETag }: Content): Promise<void> {
  expect(await text('photos/a.jpg')).toBe('plain')
  expect(await text('b?')).toBe('unusual')
  expect(await text('x'.repeat(900))).toBe('long')
  expect(await text('versions')).toBe('newer')
  expect(await text('versions', olderVersion)).toBe('older')
  if (uploadId === undefined) return
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] }
  await client().send(
    new CompleteMultipartUploadCommand({ ...named('joined'), UploadId: uploadId, MultipartUpload }),
  )
  expect(await text('joined')).toBe('part')
}

it('is migrated with every object, version and part', async () => {
  const content = await fill()
  await bucket.close()
  await makeOlder()

  bucket = await openLocalBucket({ folder })

  expect((await readdir(path.join(folder, 'objects'))).toSorted()).toEqual(['photos', 'versions'])
  expect(await readdir(path.join(folder, 'unusual-names'))).toHaveLength(2)
  expect(await readdir(path.join(folder, 'work'))).toHaveLength(2)
  await expectAll(content)
})

it('is migrated even if the process ends after every move', async () => {
  const content = await fill()
  await bucket.close()
  await makeOlder()

  for (let moves = 0; await exists('objects', '.ferry'); moves++) {
    let left = moves
    const unmount = simulateFiles(folder, {
      refusal: ({ name, path: at }) =>
        name === 'rename' && at.startsWith(path.join(folder, 'objects')) && left-- <= 0
          ? 'EBUSY'
          : null,
    })
    bucket = await openLocalBucket({ folder })
    await expectAll({ ...content, uploadId: undefined })
    await bucket.close()
    unmount()
    expect(moves).toBeLessThan(10)
  }

  bucket = await openLocalBucket({ folder })
  await expectAll(content)
})

it('is migrated with files that an older Ferry stored in its own folders under another name', async () => {
  await put('OTHER~1', 'an object by today’s rules')
  await bucket.close()
  await makeOlder()
  const objects = path.join(folder, 'objects')
  const [escaped = ''] = await readdir(path.join(objects, 'unusual-names'))
  await rename(path.join(objects, 'unusual-names', escaped), path.join(objects, 'OTHER~1'))
  const db = new DatabaseSync(path.join(folder, 'index.sqlite'))
  db.exec("UPDATE objects SET file = 'OTHER~1', fold = 'other~1'")
  db.close()

  bucket = await openLocalBucket({ folder })

  expect(await text('OTHER~1')).toBe('an object by today’s rules')
  expect(await readdir(objects)).toEqual([])
})

it('keeps its objects even if the index is lost', async () => {
  await fill()
  await bucket.close()
  await makeOlder()
  await writeFile(path.join(folder, 'index.sqlite'), 'this is no database')

  bucket = await openLocalBucket({ folder })

  expect(await text('photos/a.jpg')).toBe('plain')
  expect(await text('b?')).toBe('unusual')
  expect(await exists('objects', '.ferry')).toBe(false)
})

it('a move that was interrupted between file and index is found at the next start', async () => {
  await put('moved', 'bytes')
  await bucket.close()
  const db = new DatabaseSync(path.join(folder, 'index.sqlite'))
  db.exec(`
    UPDATE objects SET file = 'work/${'a'.repeat(32)}', fold = 'work/${'a'.repeat(32)}';
    INSERT INTO moves (key, version, target) VALUES (CAST('moved' AS BLOB), 'null', 'objects/moved');
  `)
  db.close()

  bucket = await openLocalBucket({ folder })

  expect(await text('moved')).toBe('bytes')
  expect(await readFile(path.join(folder, 'objects', 'moved'), 'utf8')).toBe('bytes')
})
