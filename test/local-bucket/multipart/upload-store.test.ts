import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { MIB } from '../conformance/store.ts'
import { type TemporaryStores, temporaryStores } from '../stores.ts'

const KEY = 'joined'
let bucket: TemporaryStores
beforeEach(async () => {
  bucket = await temporaryStores()
})
afterEach(() => bucket.discard())

const FIRST = '1'.repeat(5 * MIB)

async function partOf(partNumber: number, text: string) {
  const etag = createHash('md5').update(text).digest('hex')
  const part = { partNumber, byteLength: text.length, etag, checksum: 'AAAAAAAAAAA=' }
  return { part, file: await bucket.finishedFile(text) }
}

/** An upload whose parts are being joined, and a part that arrives too late. */
async function joiningUpload() {
  const { uploadId } = bucket.uploads.begin({
    key: KEY,
    headers: {},
    algorithm: 'CRC64NVME',
    checksumType: 'FULL_OBJECT',
    isExplicit: false,
  })
  const parts = [await partOf(1, FIRST), await partOf(2, 'end')]
  for (const { part, file } of parts) await bucket.uploads.putPart(KEY, uploadId, part, file)
  const late = await partOf(2, 'late')
  const write = bucket.objects.beginWrite(KEY, { ifMatch: null, ifNoneMatch: null })
  const join = bucket.uploads.prepareCompletion(bucket.uploads.find(KEY, uploadId), write, {
    parts: parts.map(({ part }) => ({ ...part, checksum: null })),
    expectedBytes: null,
    expectedChecksum: null,
  })
  return { uploadId, late, joined: join() }
}

it('refuses to replace a part that is being joined', async () => {
  const { uploadId, late, joined } = await joiningUpload()

  const putting = bucket.uploads.putPart(KEY, uploadId, late.part, late.file)

  await expect(putting).rejects.toMatchObject({ code: 'NoSuchUpload' })
  const { file } = await joined
  expect(await readFile(bucket.files.absolute(file), 'utf8')).toBe(`${FIRST}end`)
})

it('refuses to abort an upload that is being joined', async () => {
  const { uploadId, joined } = await joiningUpload()

  const aborting = bucket.uploads.abort(KEY, uploadId)

  await expect(aborting).rejects.toMatchObject({ code: 'NoSuchUpload' })
  const { file } = await joined
  expect(await readFile(bucket.files.absolute(file), 'utf8')).toBe(`${FIRST}end`)
})
