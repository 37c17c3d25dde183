import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  chunkSignature,
  decodedChunks,
  trailerSignature,
} from '../../../electron/local-bucket/auth/chunked-body.ts'
import {
  canonicalRequest,
  sha256OfBytes,
  signatureOf,
  signingKey,
  stringToSign,
} from '../../../electron/local-bucket/auth/signature-v4.ts'
import type { RawRequest } from '../../../electron/local-bucket/http/s3-request.ts'
import suite from '../vectors/aws-sig-v4-test-suite.json' with { type: 'json' }
import examples from '../vectors/s3-examples.json' with { type: 'json' }

const scopeOf = (set: { amzDate: string; region: string; service: string }) => ({
  day: set.amzDate.slice(0, 8),
  region: set.region,
  service: set.service,
})
const wire = (text: string) => Buffer.from(text, 'utf8').toString('latin1')
const pairOf = (pair: readonly string[]) => [pair[0] ?? '', wire(pair[1] ?? '')] as const

describe.each([suite, examples])('the vectors of $source', (set) => {
  it.each(set.vectors)('$name agrees at every stage', (vector) => {
    const request: RawRequest = {
      method: vector.method,
      path: wire(vector.path),
      query: wire(vector.query),
      headers: vector.headers.map(pairOf),
    }
    const scope = scopeOf(set)

    const canonical = canonicalRequest(request, vector.signedHeaders, vector.payloadHash)
    const toSign = stringToSign(set.amzDate, scope, canonical)

    expect({
      canonical: canonical.split('\n'),
      sha256: sha256OfBytes(canonical),
      toSign: toSign.split('\n'),
      signature: signatureOf(signingKey(set.secretAccessKey, scope), toSign),
    }).toEqual({
      canonical: vector.canonicalRequest,
      sha256: vector.canonicalRequestSha256,
      toSign: [
        'AWS4-HMAC-SHA256',
        set.amzDate,
        `${scope.day}/${scope.region}/${scope.service}/aws4_request`,
        vector.canonicalRequestSha256,
      ],
      signature: vector.signature,
    })
  })
})

describe('canonical paths', () => {
  it.each(['/example/..', '/./example', '//example//', '/a%2Fb/%2e%2E'])(
    'leaves %s as it was sent, because S3 does not normalise',
    (path) => {
      const request = { method: 'GET', path, query: '', headers: [] }

      const canonical = canonicalRequest(request, [], '')

      expect(canonical.split('\n')[1]).toBe(path)
    },
  )
})

describe("AWS's chunked upload example", () => {
  const { chunks } = examples
  const scope = scopeOf(examples)
  const key = signingKey(examples.secretAccessKey, scope)
  const bodies = chunks.byteLengths.map((length) => Buffer.alloc(length, chunks.byte))
  const { plain, withTrailer } = chunks

  it.each([plain, withTrailer])('signs each chunk as published, from seed $seed', (example) => {
    const seal = { key, scope, amzDate: examples.amzDate, signature: example.seed }
    let previous = example.seed

    const signatures = bodies.map((body) => {
      previous = chunkSignature(seal, previous, createHash('sha256').update(body).digest('hex'))
      return previous
    })

    expect(signatures).toEqual(example.signatures)
  })

  it('signs the trailer as published', () => {
    const seal = { key, scope, amzDate: examples.amzDate, signature: withTrailer.seed }

    const signature = trailerSignature(
      seal,
      withTrailer.signatures.at(-1) ?? '',
      `${withTrailer.trailer}\n`,
    )

    expect(signature).toBe(withTrailer.trailerSignature)
  })

  const framed = (signatures: readonly string[], end: string) =>
    Buffer.concat([
      ...bodies.flatMap((body, index) => [
        Buffer.from(`${body.length.toString(16)};chunk-signature=${signatures[index]}\r\n`),
        body,
        Buffer.from(body.length > 0 ? '\r\n' : ''),
      ]),
      Buffer.from(end),
    ])

  it.each([1, 7, 4096, 1 << 20])('is decoded from chunks of %i bytes', async (step) => {
    const trailer = `${withTrailer.trailer}\r\nx-amz-trailer-signature:${withTrailer.trailerSignature}`
    const body = framed(withTrailer.signatures, `${trailer}\r\n\r\n`)
    const seal = { key, scope, amzDate: examples.amzDate, signature: withTrailer.seed }
    const trailers = new Map<string, string>()

    const decoded = await collected(decodedChunks(piecesOf(body, step), seal, trailers))

    expect(decoded.equals(Buffer.concat(bodies))).toBe(true)
    expect([...trailers]).toEqual([['x-amz-checksum-crc32c', 'sOO8/Q==']])
  })

  it.each(['a chunk', 'a trailer'])('is refused when %s was changed', async (what) => {
    const end = `${withTrailer.trailer}\r\nx-amz-trailer-signature:${withTrailer.trailerSignature}\r\n`
    const body = framed(withTrailer.signatures, what === 'a chunk' ? end : end.replace('/Q', '/R'))
    if (what === 'a chunk') body.write('b', 70_000 - 4000)
    const seal = { key, scope, amzDate: examples.amzDate, signature: withTrailer.seed }

    const reading = collected(decodedChunks(piecesOf(body, 5000), seal, new Map()))

    await expect(reading).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' })
  })
})

async function* piecesOf(body: Buffer, step: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += step) yield body.subarray(at, at + step)
}

async function collected(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}
