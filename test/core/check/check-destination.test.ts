import { PutBucketCorsCommand } from '@aws-sdk/client-s3'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CheckReport } from '../../../electron/contract/check.ts'
import type { Destination } from '../../../electron/contract/destination.ts'
import type { DestinationDraft } from '../../../electron/contract/destination-draft.ts'
import { CoreHarness } from '../../fakes/core-harness.ts'
import { type Answer, plain, refusal, StubStore } from '../../fakes/stub-store.ts'
import { TYPED_KEYS } from '../../fakes/typed-keys.ts'

let harness: CoreHarness
let local: Destination
const stubs: StubStore[] = []

beforeEach(async () => {
  harness = await CoreHarness.start({ pageOrigin: () => 'http://127.0.0.1:4321' })
  local = await harness.must('openLocalBucket', {})
})

afterEach(async () => {
  for (const stub of stubs.splice(0)) await stub.close()
  await harness.close()
})

/** A form filled in for the bucket on this computer as if it were somebody else's. */
function draft(changes: Partial<DestinationDraft> = {}): DestinationDraft {
  return {
    ...TYPED_KEYS,
    destinationId: null,
    name: '',
    provider: 'other',
    endpoint: local.endpoint,
    region: local.region,
    bucket: local.bucket,
    prefix: 'in',
    pathStyle: true,
    ...harness.localKeys(),
    sessionToken: '',
    keepSecret: false,
    ...changes,
  }
}

const check = (changes: Partial<DestinationDraft> = {}) =>
  harness.must('checkDestination', { checkId: randomUUID() as CheckId, draft: draft(changes) })

async function checkStub(answer: Answer, changes: Partial<DestinationDraft> = {}) {
  const stub = await StubStore.start(answer)
  stubs.push(stub)
  return { stub, report: await check({ endpoint: stub.endpoint, ...changes }) }
}

/** `write failed access-denied`, and nothing of what passed. */
const troubles = ({ lines }: CheckReport) =>
  lines.flatMap((line) =>
    line.verdict === 'failed' || line.verdict === 'warned'
      ? [
          `${line.step} ${line.verdict} ${line.finding?.kind === 'failure' ? line.finding.failure.kind : line.finding?.kind}`,
        ]
      : [],
  )

const unknown = ({ lines }: CheckReport) =>
  lines.filter((line) => line.verdict === 'unknown').map((line) => line.step)

describe('a destination that works', () => {
  it('passes every step and holds nothing afterwards', async () => {
    const report = await check()

    expect(report.lines.map((line) => line.verdict)).toEqual(Array(11).fill('passed'))
    expect(report).toMatchObject({
      notes: [{ field: 'prefix', change: 'slash-added' }],
      suggestedRegion: null,
    })
    expect(await harness.stored(local)).toEqual({ keys: [], unfinished: [] })
    expect((await harness.must('listDestinations', {})).destinations).toHaveLength(1)
  })

  it('is checked with the secret it has, when the form leaves it empty', async () => {
    const { destination } = await harness.must('saveDestination', draft({ keepSecret: true }))
    const { destinationId } = destination

    const report = await check({ destinationId, secretAccessKey: '' })

    expect(troubles(report)).toEqual([])
  })
})

describe('a form that cannot be right', () => {
  it('is said before anybody is asked', async () => {
    const { stub, report } = await checkStub(plain(200, ''), { bucket: 'a/b', accessKeyId: ' ' })

    expect(troubles(report)).toEqual(['form failed form-invalid'])
    expect(unknown(report)).toHaveLength(10)
    expect(stub.requests).toEqual([])
  })
})

describe('a destination that does not work', () => {
  it('has a wrong secret', async () => {
    const report = await check({ secretAccessKey: 'wrong' })

    expect(troubles(report)).toEqual(['credentials failed credentials-rejected'])
    expect(unknown(report)).toContain('bucket')
  })

  it('has an access key that nobody knows', async () => {
    expect(troubles(await check({ accessKeyId: 'AKIANOBODY' }))).toEqual([
      'credentials failed credentials-rejected',
    ])
  })

  it('has a wrong region, and the right one is named', async () => {
    const report = await check({ region: 'mars-1' })

    expect(troubles(report)).toEqual(['region failed region-wrong'])
    expect(unknown(report)).toContain('credentials')
    expect(report.suggestedRegion).toBe(local.region)
  })

  it('has no such bucket', async () => {
    expect(troubles(await check({ bucket: 'nobodys' }))).toEqual(['bucket failed bucket-missing'])
  })

  it('is nowhere', async () => {
    const report = await check({ endpoint: 'https://no-such-host.invalid' })

    expect(troubles(report)).toEqual(['endpoint failed host-not-found'])
    expect(unknown(report)).toHaveLength(9)
  })

  it('does not answer', async () => {
    const { stub } = await checkStub(plain(200, ''))
    const { endpoint } = stub
    await stub.close()
    stubs.length = 0

    expect(troubles(await check({ endpoint }))).toEqual(['endpoint failed host-unreachable'])
  })

  it('speaks no TLS', async () => {
    const endpoint = local.endpoint.replace('http:', 'https:')

    expect(troubles(await check({ endpoint }))).toEqual(['endpoint failed tls-failed'])
  })

  it.each([
    ['a web page', plain(200, '<!doctype html><p>Hello', { 'content-type': 'text/html' })],
    ['a server that says yes to everything', plain(200, '')],
  ])('is %s', async (_what, answer) => {
    const { report } = await checkStub(answer)

    expect(troubles(report)).toEqual(['endpoint failed not-s3'])
  })

  it('does not let these keys write', async () => {
    const { report } = await checkStub(refusal(403, 'AccessDenied'))

    expect(troubles(report)).toEqual(['write failed access-denied'])
    expect(report.lines.find((line) => line.step === 'bucket')?.verdict).toBe('passed')
  })

  it('has temporary keys that have ended', async () => {
    const { report } = await checkStub(refusal(400, 'ExpiredToken'))

    expect(troubles(report)).toEqual(['credentials failed credentials-expired'])
  })
})

describe('a destination that works in part', () => {
  /** A store that answers each request by its method and query. */
  const store =
    (refused: (line: string) => Answer | null): Answer =>
    (request, response) => {
      const answer = refused(`${request.method} ${request.url}`)
      if (answer !== null) return answer(request, response)
      const isCreate = request.method === 'POST'
      const body = isCreate
        ? '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>'
        : 'Ferry checks that it may write here.'
      response.writeHead(200, {
        etag: '"1"',
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': '*',
        'access-control-expose-headers': 'ETag',
      })
      response.end(request.method === 'PUT' || request.method === 'OPTIONS' ? '' : body)
    }
  const denied = refusal(403, 'AccessDenied')

  it.each([
    ['delete warned access-denied', /^DELETE (?!.*uploadId)/],
    ['read failed access-denied', /^GET/],
    ['multipart failed access-denied', /^POST/],
    ['multipart failed access-denied', /^DELETE .*uploadId/],
  ])('says %s', async (line, pattern) => {
    const { report } = await checkStub(store((request) => (pattern.test(request) ? denied : null)))

    expect(troubles(report)).toEqual([line])
    expect(unknown(report)).toEqual([])
  })

  it('hides the ETag from the page', async () => {
    const { report } = await checkStub((request, response) => {
      response.removeHeader('access-control-expose-headers')
      store(() => null)(request, {
        writeHead: (status: number, headers: Record<string, string>) => {
          const { 'access-control-expose-headers': _hidden, ...others } = headers
          response.writeHead(status, others)
        },
        end: (body: string) => response.end(body),
      } as typeof response)
    })

    expect(troubles(report)).toEqual(['cors failed etag-hidden'])
  })

  it('does not let the page in', async () => {
    const { report } = await checkStub(store((line) => (/^OPTIONS/.test(line) ? denied : null)))

    expect(troubles(report)).toEqual(['cors failed cors-blocked'])
  })
})

describe('CORS', () => {
  it('is asked for with the origin of the page', async () => {
    harness = await harness.restart({ pageOrigin: () => 'http://127.0.0.1:4321' })
    local = await harness.must('openLocalBucket', {})
    const other = await CoreHarness.start({ pageOrigin: () => 'http://127.0.0.1:9999' })
    try {
      const blocked = await other.must('checkDestination', draft())
      const client = harness.otherClient(local)
      const rule = {
        AllowedOrigins: ['http://127.0.0.1:9999'],
        AllowedMethods: ['PUT', 'GET'],
        AllowedHeaders: ['*'],
      }
      const put = (ExposeHeaders: string[]) =>
        client.send(
          new PutBucketCorsCommand({
            Bucket: local.bucket,
            CORSConfiguration: { CORSRules: [{ ...rule, ExposeHeaders }] },
          }),
        )
      await put([])
      const hidden = await other.must('checkDestination', draft())
      await put(['ETag'])
      const open = await other.must('checkDestination', draft())
      client.destroy()

      expect(troubles(blocked)).toEqual(['cors failed cors-blocked'])
      expect(troubles(hidden)).toEqual(['cors failed etag-hidden'])
      expect(troubles(open)).toEqual([])
    } finally {
      await other.close()
    }
  })

  it.each([
    ['the checksum', ['content-type', 'x-amz-meta-ferry-upload'], ['cors failed cors-blocked']],
    ['nothing', ['content-type', 'x-amz-meta-ferry-upload', 'x-amz-checksum-crc64nvme'], []],
  ])(
    'is judged by the headers of an upload: a rule that leaves out %s',
    async (_, headers, said) => {
      const origin = 'http://127.0.0.1:9999'
      const other = await CoreHarness.start({ pageOrigin: () => origin })
      const client = harness.otherClient(local)
      const rule = {
        AllowedOrigins: [origin],
        AllowedMethods: ['PUT'],
        AllowedHeaders: headers,
        ExposeHeaders: ['ETag'],
      }
      const CORSConfiguration = { CORSRules: [rule] }
      await client.send(new PutBucketCorsCommand({ Bucket: local.bucket, CORSConfiguration }))

      const report = await other.must('checkDestination', draft())
      client.destroy()
      await other.close()

      expect(troubles(report)).toEqual(said)
      expect(await harness.stored(local)).toEqual({ keys: [], unfinished: [] })
    },
  )

  it('is no question where the host answers it itself', async () => {
    const other = await CoreHarness.start({
      pageOrigin: () => 'app://ferry',
      isCorsHandled: true,
    })

    const report = await other.must('checkDestination', draft())
    await other.close()

    expect(troubles(report)).toEqual([])
  })
})

describe('a wrong clock', () => {
  it('is worth a word and no more, since Ferry goes by the store', async () => {
    const behind = 3 * 3_600_000
    const other = await CoreHarness.start({
      now: () => Date.now() - behind,
      pageOrigin: () => 'http://127.0.0.1:4321',
    })

    const report = await other.must('checkDestination', draft())
    await other.close()

    expect(troubles(report)).toEqual(['clock warned clock-skewed'])
    const line = report.lines.find((each) => each.step === 'clock')
    const failure = line?.verdict === 'warned' ? line.failure : null
    const serverTimeMs = failure?.kind === 'clock-skewed' ? (failure.serverTimeMs ?? 0) : 0
    expect(Math.abs(serverTimeMs - Date.now())).toBeLessThan(10_000)
  })
})

it('leaves no secret in the log', async () => {
  await check()
  await check({ secretAccessKey: 'a-wrong-secret' })

  expect(harness.heard.log).not.toContain('a-wrong-secret')
  expect(harness.heard.log).not.toContain(harness.localKeys().secretAccessKey)
  expect(harness.heard.log).not.toContain('X-Amz-Signature')
})
