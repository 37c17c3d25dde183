import { mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type LocalBucket,
  type LocalBucketOptions,
  openLocalBucket,
} from '../../electron/local-bucket/local-bucket.ts'
import { clientOf, MIB, refusalOf } from './conformance/store.ts'
import { forkedBucket } from './forked-bucket.ts'
import { presigned } from './hand-signed.ts'
import { connected, headOf } from './raw-exchange.ts'
import { storeOf, temporaryFolder } from './temporary-bucket.ts'

let folder: string
const closing: LocalBucket[] = []
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(async () => {
  await Promise.all(closing.splice(0).map((bucket) => bucket.close()))
  await rm(folder, { recursive: true, force: true })
})

async function open(options: Partial<LocalBucketOptions> = {}): Promise<LocalBucket> {
  const bucket = await openLocalBucket({ folder, ...options })
  closing.push(bucket)
  return bucket
}

const put = (bucket: LocalBucket, Key: string, Body: string) =>
  clientOf(storeOf(bucket)).send(
    new PutObjectCommand({ Bucket: bucket.bucket, Key, Body: Buffer.from(Body) }),
  )
const text = async (bucket: LocalBucket, Key: string) => {
  const command = new GetObjectCommand({ Bucket: bucket.bucket, Key })
  return (await clientOf(storeOf(bucket)).send(command)).Body?.transformToString()
}
const remove = (bucket: LocalBucket, Key: string, VersionId?: string) =>
  clientOf(storeOf(bucket)).send(new DeleteObjectCommand({ Bucket: bucket.bucket, Key, VersionId }))
const inFolder = (bucket: LocalBucket, file: string) => path.join(bucket.objectsFolder, file)

describe('a restart', () => {
  it('keeps the port, the keys, the objects and existing links', async () => {
    const first = await open()
    await put(first, 'kept/file.txt', 'still here')
    const made = { method: 'GET', path: '/ferry/kept/file.txt' }
    const link = first.endpoint + presigned(storeOf(first), made, { atMs: Date.now() })
    await first.close()

    const second = await open()

    const { close: _, ...described } = first
    expect(second).toMatchObject(described)
    expect(second).toMatchObject({ movedFromPort: null, setAside: null })
    expect(await (await fetch(link)).text()).toBe('still here')
  })

  it('continues multipart uploads', async () => {
    const first = await open()
    const named = { Bucket: 'ferry', Key: 'half' }
    const { UploadId } = await clientOf(storeOf(first)).send(
      new CreateMultipartUploadCommand(named),
    )
    const part = { ...named, UploadId, PartNumber: 1, Body: Buffer.from('half') }
    const { ETag } = await clientOf(storeOf(first)).send(new UploadPartCommand(part))
    await first.close()

    const second = await open()
    await clientOf(storeOf(second)).send(
      new CompleteMultipartUploadCommand({
        ...named,
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      }),
    )

    expect(await text(second, 'half')).toBe('half')
  })

  it('moves to another port when the old one is taken, and reports it', async () => {
    const first = await open()
    const port = Number(new URL(first.endpoint).port)
    await first.close()
    const squatter = createServer().listen(port, '127.0.0.1')
    await new Promise((resolve) => squatter.once('listening', resolve))

    const second = await open()
    squatter.close()

    expect(second.movedFromPort).toBe(port)
    expect(second.endpoint).not.toBe(first.endpoint)
    expect(second.accessKeyId).toBe(first.accessKeyId)
  })

  it('after a kill finds everything that was finished and nothing else', async () => {
    const forked = await forkedBucket(folder)
    const store = storeOf(forked.bucket)
    await put(forked.bucket, 'finished', 'yes')
    const made = { method: 'PUT', path: '/ferry/unfinished' }
    const target = presigned(store, made, { atMs: Date.now() })
    const socket = await connected(store)
    const headers = { 'content-length': String(8 * MIB) }
    socket.write(headOf(store, { method: 'PUT', target, headers }))
    socket.write(Buffer.alloc(MIB))
    const incoming = path.join(folder, 'work')
    while ((await readdir(incoming)).length === 0) {
      await new Promise((resolve) => setImmediate(resolve))
    }

    socket.on('error', () => undefined)
    await forked.kill()
    const bucket = await open()

    expect(await text(bucket, 'finished')).toBe('yes')
    expect(await refusalOf(text(bucket, 'unfinished'))).toMatchObject({ code: 'NoSuchKey' })
    expect(await readdir(incoming)).toEqual([])
  })
})

describe('opening', () => {
  it('makes keys and folder accessible to this user only', async () => {
    const bucket = await open()

    const modes = await Promise.all(
      [folder, path.join(folder, 'bucket.json'), bucket.objectsFolder].map(async (file) =>
        ((await stat(file)).mode & 0o777).toString(8),
      ),
    )
    const windowsHasNoModes = process.platform === 'win32'
    expect(windowsHasNoModes || modes).toEqual(windowsHasNoModes || ['700', '600', '700'])
    expect(bucket.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/)
    expect(bucket.secretAccessKey).toMatch(/^[A-Za-z0-9_-]{40}$/)
  })

  it('creates different keys in every folder', async () => {
    const first = await open()
    const second = await open({ folder: path.join(folder, 'another') })

    expect(second.accessKeyId).not.toBe(first.accessKeyId)
    expect(second.secretAccessKey).not.toBe(first.secretAccessKey)
  })

  it('is refused while another process serves the folder, but not after that was killed', async () => {
    const forked = await forkedBucket(folder)

    await expect(open()).rejects.toMatchObject({ name: 'LocalBucketError', reason: 'in-use' })
    await forked.kill()

    await expect(open()).resolves.toMatchObject({ bucket: 'ferry' })
  })

  it('is refused a second time in the same process', async () => {
    await open()

    await expect(open()).rejects.toMatchObject({ reason: 'in-use' })
  })

  it('on a port that is taken is refused', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => squatter.once('listening', resolve))
    const address = squatter.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0

    await expect(open({ port })).rejects.toMatchObject({ reason: 'port-taken' })
    squatter.close()
  })

  it.each(['taken', 'taken/below'])('a folder at %s, a file, is refused', async (name) => {
    await writeFile(path.join(folder, 'taken'), '')

    const opening = open({ folder: path.join(folder, name) })

    await expect(opening).rejects.toMatchObject({ reason: 'folder-unwritable' })
  })

  it('moves a damaged index aside and finds the objects by their files', async () => {
    const first = await open()
    await put(first, 'photos/a.txt', 'plain name')
    await put(first, 'photos/b?.txt', 'unusual name')
    await put(first, 'x'.repeat(900), 'long name')
    await first.close()
    await writeFile(path.join(folder, 'index.sqlite'), 'this is no database')

    const second = await open()

    expect(second.setAside).toMatch(/^index\.sqlite\.damaged-\d+$/)
    expect(await readFile(path.join(folder, second.setAside ?? ''), 'utf8')).toBe(
      'this is no database',
    )
    expect(await text(second, 'photos/a.txt')).toBe('plain name')
    expect(await text(second, 'photos/b?.txt')).toBe('unusual name')
    const head = new HeadObjectCommand({ Bucket: 'ferry', Key: 'photos/a.txt' })
    expect((await clientOf(storeOf(second)).send(head)).ETag).toBe(
      '"e92e78ef9b0da3167a96196f93765997"',
    )
  })

  it('moves damaged keys aside and creates new ones', async () => {
    const first = await open()
    await put(first, 'kept', 'kept')
    await first.close()
    await writeFile(path.join(folder, 'bucket.json'), '{"version":1')

    const second = await open()

    expect(second.setAside).toMatch(/^bucket\.json\.damaged-\d+$/)
    expect(second.secretAccessKey).not.toBe(first.secretAccessKey)
    expect(await text(second, 'kept')).toBe('kept')
  })
})

describe('the objects folder', () => {
  it('contains plain files under readable names', async () => {
    const bucket = await open()
    await put(bucket, 'Reise 2026/Foto (1).jpg', 'picture')

    const file = inFolder(bucket, 'Reise 2026/Foto (1).jpg')
    const before = await readFile(file, 'utf8')
    await remove(bucket, 'Reise 2026/Foto (1).jpg')

    expect(before).toBe('picture')
    expect(await readdir(bucket.objectsFolder)).toEqual([])
  })

  it('may be elsewhere, and is remembered', async () => {
    const elsewhere = path.join(folder, 'elsewhere')
    const first = await open({ newObjectsFolder: elsewhere })
    await put(first, 'a', 'a')
    await first.close()

    const second = await open()

    expect(second.objectsFolder).toBe(first.objectsFolder)
    expect(await readFile(path.join(elsewhere, 'a'), 'utf8')).toBe('a')
  })

  it('never loses a file that another program put there', async () => {
    const bucket = await open()
    await writeFile(inFolder(bucket, 'mine.txt'), 'not an object')

    await put(bucket, 'mine.txt', 'object')
    const both = [
      await readFile(inFolder(bucket, 'mine.txt'), 'utf8'),
      await text(bucket, 'mine.txt'),
    ]
    await remove(bucket, 'mine.txt')

    expect(both).toEqual(['not an object', 'object'])
    expect(await readFile(inFolder(bucket, 'mine.txt'), 'utf8')).toBe('not an object')
  })

  it('is not left through a link', async () => {
    const bucket = await open()
    const outside = path.join(folder, 'outside')
    await mkdir(outside)
    await symlink(outside, inFolder(bucket, 'link'), 'junction')

    await put(bucket, 'link/file', 'inside')

    expect(await readdir(outside)).toEqual([])
    expect(await text(bucket, 'link/file')).toBe('inside')
  })

  it('counts when a file was deleted or changed', async () => {
    const bucket = await open()
    await put(bucket, 'taken', 'taken')
    await put(bucket, 'changed', 'before')
    await rm(inFolder(bucket, 'taken'))
    await writeFile(inFolder(bucket, 'changed'), 'afterwards')

    const command = new GetObjectCommand({ Bucket: 'ferry', Key: 'changed' })
    const changed = await clientOf(storeOf(bucket)).send(command)

    expect(await refusalOf(text(bucket, 'taken'))).toMatchObject({ code: 'NoSuchKey' })
    expect(changed.ETag).toBe('"622f90ceba19c667b7d2620169144476"')
    expect(await changed.Body?.transformToString()).toBe('afterwards')
  })

  it('shows the current version under its name', async () => {
    const bucket = await open()
    await clientOf(storeOf(bucket)).send(
      new PutBucketVersioningCommand({
        Bucket: 'ferry',
        VersioningConfiguration: { Status: 'Enabled' },
      }),
    )
    await put(bucket, 'versioned', 'one')
    const { VersionId } = await put(bucket, 'versioned', 'two')
    const shown = () => readFile(inFolder(bucket, 'versioned'), 'utf8')

    const newest = await shown()
    await remove(bucket, 'versioned', VersionId)

    expect([newest, await shown()]).toEqual(['two', 'one'])
  })

  it('resumes an interrupted join from the lengths of the parts', async () => {
    const bucket = await open()
    const named = { Bucket: 'ferry', Key: 'cut-join' }
    const client = clientOf(storeOf(bucket))
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(named))
    const bodies = [Buffer.alloc(5 * MIB, 'a'), Buffer.from('end')]
    const Parts: { PartNumber: number; ETag: string | undefined }[] = []
    for (const [index, Body] of bodies.entries()) {
      const PartNumber = index + 1
      const sent = await client.send(
        new UploadPartCommand({ ...named, UploadId, PartNumber, Body }),
      )
      Parts.push({ PartNumber, ETag: sent.ETag })
    }
    const parts = path.join(folder, 'work')
    for (const name of await readdir(parts)) {
      const file = path.join(parts, name)
      if ((await stat(file)).size === 5 * MIB) await truncate(file, 5 * MIB + 100)
    }

    await client.send(
      new CompleteMultipartUploadCommand({ ...named, UploadId, MultipartUpload: { Parts } }),
    )

    expect(await readFile(inFolder(bucket, 'cut-join'))).toEqual(Buffer.concat(bodies))
    // Parts are deleted in the background.
    await expect.poll(() => readdir(parts)).toEqual([])
  })
})
