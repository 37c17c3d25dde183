import { createHash } from 'node:crypto'
import { S3_LIMITS } from '../../contract/limits.ts'
import {
  algorithmOfHeader,
  type BodyChecksums,
  type ChecksumAlgorithm,
  checkedChecksumText,
  checksumAlgorithmOf,
  startChecksum,
  startChecksums,
} from '../http/checksums.ts'
import { S3Error } from '../http/errors.ts'
import { type S3Request, wholeNumber } from '../http/s3-request.ts'
import type { Authorization } from './authenticate.ts'
import { decodedChunks } from './chunked-body.ts'

/** The checksum that S3 computes when the client chooses none. */
export const DEFAULT_ALGORITHM = 'CRC64NVME'
const SHA256_HEX_CHARS = 64

export interface ReceivedBody extends BodyChecksums {
  /** The checksum for the answer: the one that the client sent, or the default one. */
  readonly confirmed: BodyChecksums['checksum']
}

/**
 * Passes the request's bytes to `take`, chunk by chunk, and resolves after verifying everything
 * that the request announced: length, payload hash, Content-MD5 and checksum. If it rejects, the
 * caller must discard what it made of the chunks. A chunk is hashed while `take` processes it, and
 * the next one waits for both. The returned checksum uses `algorithm`, or the client's choice when
 * `algorithm` is null.
 */
export async function receiveBody(
  request: S3Request,
  authorization: Authorization,
  source: AsyncIterable<Buffer>,
  take: (piece: Buffer) => Promise<void>,
  algorithm: ChecksumAlgorithm | null = null,
): Promise<ReceivedBody> {
  const { payloadHash } = authorization
  const isChunked = payloadHash.startsWith('STREAMING-')
  const announced = announcedLength(request, isChunked)
  const claim = checksumClaim(request.headers)
  const kept = algorithm ?? claim?.algorithm ?? DEFAULT_ALGORITHM
  const digests = await startChecksums(kept)
  const claimed =
    claim === null || claim.algorithm === kept ? null : await startChecksum(claim.algorithm)
  const sha256 = payloadHash.length === SHA256_HEX_CHARS ? createHash('sha256') : null
  const trailers = new Map<string, string>()
  const seal = payloadHash.startsWith('STREAMING-AWS4') ? authorization : null
  let byteLength = 0
  for await (const piece of isChunked ? decodedChunks(source, seal, trailers) : source) {
    byteLength += piece.length
    if (byteLength > announced) throw new S3Error('IncompleteBody')
    const taking = take(piece)
    digests.update(piece)
    claimed?.update(piece)
    sha256?.update(piece)
    await taking
  }
  if (byteLength !== announced) throw new S3Error('IncompleteBody')
  const proven = digests.finish()
  checkMd5(request.headers.get('content-md5'), proven.md5)
  if (sha256 !== null && sha256.digest('hex') !== payloadHash) {
    throw new S3Error('XAmzContentSHA256Mismatch')
  }
  if (claim === null) return { ...proven, confirmed: proven.checksum }
  const value = claimed?.digest().toString('base64') ?? proven.checksum.value
  checkChecksum(claim, value, trailers)
  return { ...proven, confirmed: { algorithm: claim.algorithm, value } }
}

/** Reads a small document. `maxBytes` is Ferry's own limit, not one of S3's. */
export async function readDocument(
  request: S3Request,
  authorization: Authorization,
  source: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<Buffer> {
  const tooLong = () => new S3Error('MalformedXML', 'The document is too long.')
  const announced = announcedLength(request, authorization.payloadHash.startsWith('STREAMING-'))
  if (announced > maxBytes) throw tooLong()
  const pieces: Buffer[] = []
  let byteLength = 0
  await receiveBody(request, authorization, source, async (piece) => {
    byteLength += piece.length
    if (byteLength > maxBytes) throw tooLong()
    pieces.push(piece)
  })
  return Buffer.concat(pieces)
}

/** The length of the object, without the framing of an `aws-chunked` body. */
function announcedLength(request: S3Request, isChunked: boolean): number {
  const { headers } = request
  if (!isChunked && headers.has('transfer-encoding')) {
    throw new S3Error(
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
      { Header: 'Transfer-Encoding' },
    )
  }
  const header = isChunked ? 'x-amz-decoded-content-length' : 'content-length'
  const announced = wholeNumber(headers.get(header), header)
  if (announced === null) throw new S3Error('MissingContentLength')
  if (announced > S3_LIMITS.maxSinglePutBytes) throw new S3Error('EntityTooLarge')
  return announced
}

/** The checksum that the client claims; `value` is null when it follows in a trailer. */
export interface ChecksumClaim {
  readonly algorithm: ChecksumAlgorithm
  readonly value: string | null
}

export function checksumClaim(headers: ReadonlyMap<string, string>): ChecksumClaim | null {
  const claims: ChecksumClaim[] = []
  for (const [name, value] of headers) {
    const algorithm = algorithmOfHeader(name)
    if (algorithm !== null) claims.push({ algorithm, value: checkedChecksumText(algorithm, value) })
  }
  const trailer = headers.get('x-amz-trailer')?.toLowerCase()
  if (trailer?.startsWith('x-amz-checksum-')) {
    const algorithm = checksumAlgorithmOf(trailer.slice('x-amz-checksum-'.length))
    claims.push({ algorithm, value: null })
  }
  if (claims.length > 1) {
    throw new S3Error(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    )
  }
  return claims[0] ?? null
}

export function checkChecksum(
  claim: ChecksumClaim,
  computed: string,
  trailers: ReadonlyMap<string, string>,
): void {
  const inTrailer = trailers.get(`x-amz-checksum-${claim.algorithm.toLowerCase()}`)
  const given = claim.value ?? inTrailer
  if (given === undefined) throw new S3Error('IncompleteBody', 'The announced trailer is missing.')
  if (checkedChecksumText(claim.algorithm, given) === computed) return
  throw new S3Error(
    'BadDigest',
    `The ${claim.algorithm} you specified did not match the calculated checksum.`,
  )
}

export function checkMd5(header: string | undefined, md5: Buffer): void {
  if (header === undefined) return
  const given = Buffer.from(header, 'base64')
  if (given.length !== md5.length || given.toString('base64') !== header) {
    throw new S3Error('InvalidDigest')
  }
  if (!given.equals(md5)) {
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.')
  }
}
