import { createHash } from 'node:crypto'
import { ByteReader } from '../http/byte-reader.ts'
import { S3Error } from '../http/errors.ts'
import type { Authorization } from './authenticate.ts'
import { isSameSignature, scopeText, sha256OfBytes, signatureOf } from './signature-v4.ts'

const MAX_TRAILERS = 16
const EMPTY_SHA256 = sha256OfBytes('')

/**
 * The signature that the first chunk's signature is chained to; null when chunks are not signed.
 */
export type ChunkSeal = Pick<Authorization, 'key' | 'scope' | 'amzDate' | 'signature'> | null

/**
 * Decodes an `aws-chunked` body and yields its bytes as they arrive, without buffering a chunk. A
 * chunk's signature can only be verified at its end, so the caller must discard the bytes when this
 * throws. Trailers are added to `trailers` under lower-case names.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and
 * sigv4-streaming-trailers.html
 */
export async function* decodedChunks(
  source: AsyncIterable<Buffer>,
  seal: ChunkSeal,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer, void, undefined> {
  const reader = new ByteReader(source)
  let previous = seal?.signature ?? ''
  for (;;) {
    const { byteLength, signature } = chunkHead(await reader.line())
    const hash = createHash('sha256')
    for (let left = byteLength; left > 0; ) {
      const piece = await reader.take(left)
      if (seal !== null) hash.update(piece)
      left -= piece.length
      yield piece
    }
    if (seal !== null) {
      const expected = chunkSignature(seal, previous, hash.digest('hex'))
      if (!isSameSignature(expected, signature)) throw new S3Error('SignatureDoesNotMatch')
      previous = expected
    }
    if (byteLength === 0) break
    if ((await reader.line()) !== '') throw new S3Error('IncompleteBody')
  }
  await readTrailers(reader, seal, previous, trailers)
}

/** Exported so that a test can compare it with AWS's published example. */
export function chunkSignature(
  seal: NonNullable<ChunkSeal>,
  previous: string,
  chunkSha256: string,
): string {
  const text = [
    'AWS4-HMAC-SHA256-PAYLOAD',
    seal.amzDate,
    scopeText(seal.scope),
    previous,
    EMPTY_SHA256,
    chunkSha256,
  ]
  return signatureOf(seal.key, text.join('\n'))
}

/** `lines` holds the trailers, each as `name:value\n`. */
export function trailerSignature(
  seal: NonNullable<ChunkSeal>,
  previous: string,
  lines: string,
): string {
  const head = ['AWS4-HMAC-SHA256-TRAILER', seal.amzDate, scopeText(seal.scope), previous]
  return signatureOf(seal.key, [...head, sha256OfBytes(lines)].join('\n'))
}

async function readTrailers(
  reader: ByteReader,
  seal: ChunkSeal,
  previous: string,
  trailers: Map<string, string>,
): Promise<void> {
  let lines = ''
  let signature: string | null = null
  for (let count = 0; ; count++) {
    // Some signers omit the last empty line; the end of the body means the same.
    const line = await reader.lineOrEnd()
    if (line === null || line === '') break
    const at = line.indexOf(':')
    if (at < 1 || count === MAX_TRAILERS) throw new S3Error('IncompleteBody')
    const name = line.slice(0, at).trim().toLowerCase()
    const value = line.slice(at + 1).trim()
    if (name === 'x-amz-trailer-signature') {
      signature = value
      continue
    }
    trailers.set(name, value)
    lines += `${name}:${value}\n`
  }
  if (seal === null || lines === '') return
  const expected = trailerSignature(seal, previous, lines)
  if (!isSameSignature(expected, signature ?? '')) throw new S3Error('SignatureDoesNotMatch')
}

function chunkHead(line: string): { byteLength: number; signature: string } {
  const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line)
  if (match === null) throw new S3Error('IncompleteBody')
  return { byteLength: Number.parseInt(match[1] ?? '', 16), signature: match[2] ?? '' }
}
