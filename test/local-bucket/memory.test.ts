import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { request } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { MIB, type Store } from './conformance/store.ts'
import { type ForkedBucket, forkedBucket } from './forked-bucket.ts'
import { type HandMade, presigned } from './hand-signed.ts'
import { storeOf, temporaryFolder } from './temporary-bucket.ts'

/** `FERRY_TEST_LARGE_BYTES=4294967296` tests 4 GiB; the default is an eighth of that. */
const LARGE_BYTES = Number(process.env.FERRY_TEST_LARGE_BYTES ?? 512 * MIB)
const SMALL_BYTES = 40 * MIB
const PART_BYTES = 8 * MIB
/** How much the timing of garbage collection may change the peak. */
const ALLOWED_MIB = 96

const folders: string[] = []
const running: ForkedBucket[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.bucket.close()))
  await Promise.all(folders.splice(0).map((each) => rm(each, { recursive: true, force: true })))
})

it(
  'needs no more memory for a large object than for a small one',
  async () => {
    const small = await peakMibFor(SMALL_BYTES)

    const large = await peakMibFor(LARGE_BYTES)

    expect(large - small).toBeLessThan(ALLOWED_MIB)
  },
  60_000 + (LARGE_BYTES / MIB) * 100,
)

/**
 * The peak memory of a process that receives this many bytes in one PUT, again in parts, and
 * returns them.
 */
async function peakMibFor(byteLength: number): Promise<number> {
  const folder = await temporaryFolder()
  folders.push(folder)
  const forked = await forkedBucket(folder)
  running.push(forked)
  const store = storeOf(forked.bucket)

  await send(store, { method: 'PUT', path: '/ferry/whole' }, byteLength)
  await send(store, { method: 'DELETE', path: '/ferry/whole' })
  await sendInParts(store, byteLength)
  const back = await send(store, { method: 'GET', path: '/ferry/parts' })

  expect(back.byteLength).toBe(byteLength)
  return (await forked.peakKib()) / 1024
}

async function sendInParts(store: Store, byteLength: number): Promise<void> {
  const path = '/ferry/parts'
  const begun = await send(store, { method: 'POST', path, query: 'uploads' })
  const uploadId = /<UploadId>([^<]+)/.exec(begun.start)?.[1] ?? ''
  const numbers = Array.from({ length: byteLength / PART_BYTES }, (_, index) => index + 1)
  const lines: string[] = []
  const next = numbers.values()
  const worker = async () => {
    for (const number of next) {
      const query = `partNumber=${number}&uploadId=${uploadId}`
      const { etag } = await send(store, { method: 'PUT', path, query }, PART_BYTES)
      lines[number] = `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`
    }
  }
  await Promise.all([worker(), worker(), worker(), worker()])
  const document = `<CompleteMultipartUpload>${lines.join('')}</CompleteMultipartUpload>`
  await send(store, { method: 'POST', path, query: `uploadId=${uploadId}` }, document)
}

/** Sends this many bytes, or a document, and discards the answer. */
async function send(store: Store, made: HandMade, body: number | string = '') {
  const target = presigned(store, made, { atMs: Date.now() })
  const byteLength = typeof body === 'number' ? body : Buffer.byteLength(body)
  const headers = { 'content-length': byteLength }
  const sending = request(`${store.endpoint}${target}`, { method: made.method, headers })
  const answering = once(sending, 'response')
  if (typeof body === 'string') sending.end(body)
  else await sendBytes(sending, body)
  const [response] = await answering
  let received = 0
  let start = ''
  for await (const piece of response as AsyncIterable<Buffer>) {
    if (received === 0) start = piece.toString('latin1', 0, 2000)
    received += piece.length
  }
  expect([response.statusCode, start.includes('<Error>')]).toEqual([expect.any(Number), false])
  return { start, byteLength: received, etag: String(response.headers.etag ?? '') }
}

const PIECE = Buffer.alloc(MIB, 'ferry')

async function sendBytes(sending: ReturnType<typeof request>, byteLength: number): Promise<void> {
  for (let left = byteLength; left > 0; left -= PIECE.length) {
    const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE
    if (!sending.write(piece)) await once(sending, 'drain')
  }
  sending.end()
}
