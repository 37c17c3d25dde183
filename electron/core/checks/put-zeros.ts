import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate as breathe } from 'node:timers/promises'
import { PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3'
import type { ChecksumAlgorithm } from '../../contract/checksum.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import type { Outcome } from '../../contract/outcome.ts'
import { CRC32C, CRC64NVME, type CrcKind, combinedCrc } from '../../lib/crc-combine.ts'
import type { Store } from '../destinations/open-store.ts'
import { checksumField, checksumHeader } from '../s3/checksum-headers.ts'
import { headersOfFields, type ObjectFields } from '../s3/put-headers.ts'
import { type PageAnswer, presigned, sendAsPage } from './page-request.ts'

/** Where the zeros go: into a part of an upload that is never completed, or into an object. */
export type ZeroTarget =
  | { readonly kind: 'part'; readonly key: string; readonly uploadId: string }
  | { readonly kind: 'object'; readonly key: string; readonly fields: ObjectFields }

export interface ZeroPut {
  readonly target: ZeroTarget
  readonly byteLength: number
  /** The checksum that is sent with the bytes; null: none. */
  readonly algorithm: ChecksumAlgorithm | null
  /** `headers`: the request is aborted before the first byte of its body. */
  readonly reach: 'headers' | 'whole'
  /** Null if CORS does not matter. */
  readonly origin: string | null
  /**
   * Whether the connection to the store supports `100 Continue`, so that a refusal of the headers
   * costs no byte of the body; Electron's does not.
   */
  readonly canExpect: boolean
  readonly signal: AbortSignal
}

export type ZeroPutResult =
  | { readonly kind: 'answered'; readonly answer: PageAnswer; readonly sentBytes: number }
  /** The store did not refuse the headers. */
  | { readonly kind: 'headers-taken' }
  | { readonly kind: 'silent'; readonly failure: Failure }

/**
 * An answer to the headers comes at once; after the connection's own delay plus this time, none
 * will come.
 */
const HOLD_MS = 400
/** Shorter bodies are sent without waiting for `100 Continue`. */
const EXPECT_FROM_BYTES = 64 * 1024

/**
 * One PUT as the page's browser would make it, with zeros instead of a file.
 * @param delayMs the time that the store took for its last short answer.
 */
export async function putZeros(
  store: Store,
  put: ZeroPut,
  delayMs: number,
): Promise<ZeroPutResult> {
  const prepared = await prepare(store, put)
  if (!prepared.ok) return { kind: 'silent', failure: prepared.failure }
  const expects = put.canExpect && (put.byteLength >= EXPECT_FROM_BYTES || put.reach === 'headers')
  const end = await send(store, put, prepared.value, { expects, delayMs })
  // HTTP's status for a server that does not support `100 Continue`: RFC 9110, section 15.5.18.
  const cannotWait = expects && end.kind === 'answered' && end.answer.status === 417
  if (!cannotWait) return end
  if (put.reach === 'headers') return { kind: 'headers-taken' }
  return send(store, put, prepared.value, { expects: false, delayMs })
}

interface Prepared {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
}

async function prepare(store: Store, put: ZeroPut): Promise<Outcome<Prepared>> {
  const { target, algorithm, byteLength, reach } = put
  // Nobody verifies the checksum of a body that is never sent.
  const checkedBytes = reach === 'whole' ? byteLength : 0
  const checksum = algorithm === null ? null : await checksumOfZeros(algorithm, checkedBytes)
  const checksumHeaders =
    algorithm === null || checksum === null ? {} : { [checksumHeader(algorithm)]: checksum }
  const fields = algorithm === null || checksum === null ? {} : checksumField(algorithm, checksum)
  const place = { Bucket: store.destination.bucket, Key: target.key, ...fields }
  const headers =
    target.kind === 'part'
      ? checksumHeaders
      : { ...headersOfFields(target.fields), ...checksumHeaders }
  const command =
    target.kind === 'part'
      ? new UploadPartCommand({ ...place, UploadId: target.uploadId, PartNumber: 1 })
      : new PutObjectCommand({ ...place, ...target.fields })
  const url = await presigned(store, command, Object.keys(headers))
  return url.ok ? { ok: true, value: { url: url.value, headers } } : url
}

async function send(
  store: Store,
  { byteLength, reach, origin, signal }: ZeroPut,
  { url, headers }: Prepared,
  { expects, delayMs }: { readonly expects: boolean; readonly delayMs: number },
): Promise<ZeroPutResult> {
  const ending = new AbortController()
  const held = { isReached: false }
  const onHeld = () => {
    held.isReached = true
    ending.abort()
  }
  const stream = new ZeroBody({
    byteLength,
    holdMs: expects ? HOLD_MS + 2 * delayMs : 0,
    onHeld: reach === 'headers' ? onHeld : undefined,
  })
  try {
    const sent = await sendAsPage(store, {
      ...{ method: 'PUT', url, body: { byteLength, stream } },
      headers: {
        ...headers,
        ...(origin === null ? {} : { origin }),
        ...(expects ? { expect: '100-continue' } : {}),
      },
      signal: AbortSignal.any([signal, ending.signal]),
    })
    if (held.isReached) return { kind: 'headers-taken' }
    return sent.ok
      ? { kind: 'answered', answer: sent.value, sentBytes: stream.sentBytes }
      : { kind: 'silent', failure: sent.failure }
  } finally {
    // An answer may arrive before the whole body is sent; the rest is then not sent.
    ending.abort()
    stream.destroy()
  }
}

const CHUNK = Buffer.alloc(256 * 1024)
/** The number of chunks that are hashed before other work gets its turn. */
const CHUNKS_PER_TICK = 32

interface ZeroBodyOptions {
  readonly byteLength: number
  /** The time between the headers and the first byte, for an answer to the headers alone. */
  readonly holdMs: number
  /** Called once instead of sending the first byte: only the headers are to be tried. */
  readonly onHeld?: (() => void) | undefined
}

/** A body of zeros that is generated while it is sent, so that 5 GiB need no memory. */
class ZeroBody extends Readable {
  readonly #options: ZeroBodyOptions
  #timer: NodeJS.Timeout | null = null
  #isHeld = false
  sentBytes = 0

  constructor(options: ZeroBodyOptions) {
    super({ highWaterMark: CHUNK.byteLength })
    this.#options = options
  }

  override _read(): void {
    if (this.#isHeld) this.#send()
    else this.#timer ??= setTimeout(() => this.#endHold(), this.#options.holdMs)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    done(error)
  }

  #endHold(): void {
    this.#isHeld = true
    const { onHeld } = this.#options
    if (onHeld === undefined) this.#send()
    else onHeld()
  }

  #send(): void {
    const leftBytes = this.#options.byteLength - this.sentBytes
    const piece = CHUNK.subarray(0, leftBytes)
    this.sentBytes += piece.byteLength
    this.push(piece.byteLength === 0 ? null : piece)
  }
}

/** The base64 checksum of this many zeros. */
async function checksumOfZeros(algorithm: ChecksumAlgorithm, byteLength: number): Promise<string> {
  switch (algorithm) {
    case 'crc64nvme':
      return crcOfZeros(CRC64NVME, byteLength)
    case 'crc32c':
      return crcOfZeros(CRC32C, byteLength)
    case 'sha256':
    case 'md5':
      return hashOfZeros(algorithm, byteLength)
  }
}

async function hashOfZeros(algorithm: 'sha256' | 'md5', byteLength: number): Promise<string> {
  const hash = createHash(algorithm)
  let count = 0
  for (let left = byteLength; left > 0; left -= CHUNK.byteLength) {
    hash.update(left < CHUNK.byteLength ? CHUNK.subarray(0, left) : CHUNK)
    count += 1
    if (count % CHUNKS_PER_TICK === 0) await breathe()
  }
  return hash.digest('base64')
}

/** Doubles a known run of zeros, so that any length takes only a few steps. */
function crcOfZeros(kind: CrcKind, byteLength: number): string {
  let total = 0n
  let run = crcOfOneZero(kind)
  let runBytes = 1
  for (let left = byteLength; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) total = combinedCrc(kind, total, run, runBytes)
    run = combinedCrc(kind, run, run, runBytes)
    runBytes *= 2
  }
  const hex = total.toString(16).padStart(kind.bits / 4, '0')
  return Buffer.from(hex, 'hex').toString('base64')
}

function crcOfOneZero({ bits, polynomial }: CrcKind): bigint {
  const ones = (1n << BigInt(bits)) - 1n
  let crc = ones
  for (let bit = 0; bit < 8; bit += 1)
    crc = (crc & 1n) === 1n ? (crc >> 1n) ^ polynomial : crc >> 1n
  return crc ^ ones
}
