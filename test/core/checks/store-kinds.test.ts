import { afterEach, expect, it } from 'vitest'
import type { CheckReport } from '../../../electron/contract/commands/checks.ts'
import type { DestinationDraft } from '../../../electron/contract/destination-draft.ts'
import { type HttpRule, isSigned, lineOfRequest, no, ruledHttp } from '../../fakes/ruled-http.ts'
import { plain } from '../../fakes/stub-store.ts'
import { storedIn } from './bucket-view.ts'
import { CheckWorld, findingOf, lineOf, unknown } from './check-world.ts'

const BODY = 'Ferry checks that it may write here.'

let world: CheckWorld | null = null

afterEach(async () => {
  await world?.close()
  world = null
})

/**
 * A store that behaves like the local bucket, except for the rule; nothing may be left in it
 * either.
 */
async function checkedAt(
  rule: HttpRule,
  changes: Partial<DestinationDraft> = {},
): Promise<CheckReport> {
  world = await CheckWorld.start({ storeHttp: ruledHttp(rule) })
  const report = await world.check(changes)
  expect(await storedIn(world.other)).toEqual({ keys: [], unfinished: [] })
  return report
}

const partNumberOf = (query: Readonly<Record<string, unknown>>) => Number(query.partNumber ?? 0)

it('accepts a thousand parts', async () => {
  const report = await checkedAt(({ query }) =>
    partNumberOf(query) > 1000 ? no(400, 'InvalidArgument') : null,
  )

  expect(lineOf(report, 'part-limit')).toMatchObject({
    ...{ verdict: 'passed', finding: { maxPartCount: 1000 } },
  })
})

it('is assumed to accept no more parts than its provider says, whatever a single part proves', async () => {
  const report = await checkedAt(() => null, { provider: 'scaleway' })

  expect(lineOf(report, 'part-limit')).toMatchObject({ finding: { maxPartCount: 1000 } })
})

it('does not show how many parts it accepts', async () => {
  const report = await checkedAt(({ query }) =>
    partNumberOf(query) > 1 ? no(400, 'InvalidArgument') : null,
  )

  expect(lineOf(report, 'part-limit').verdict).toBe('unknown')
})

it('does not list the parts that it received, which does not mean that it lost the upload', async () => {
  const report = await checkedAt(({ method, query }) => {
    const isList = method === 'GET' && 'uploadId' in query
    return isList ? { status: 200, body: '<ListPartsResult></ListPartsResult>' } : null
  })

  expect(lineOf(report, 'list-parts')).toMatchObject({
    ...{ verdict: 'failed', finding: { failure: { kind: 'answer-unreadable' } } },
  })
})

it('writes lists with a prefix for S3’s namespace', async () => {
  const listed = '<s3:ListBucketResult xmlns:s3="x"></s3:ListBucketResult>'
  const report = await checkedAt(({ query }) =>
    'list-type' in query ? { status: 200, body: listed } : null,
  )

  expect(lineOf(report, 'tls').verdict).toBe('passed')
  expect(lineOf(report, 'bucket').verdict).toBe('passed')
})

it('accepts a condition and ignores it', async () => {
  const report = await checkedAt(async (_request, send) => {
    const { statusCode } = await send()
    return statusCode === 412 ? { status: 200, headers: { etag: '"new"' }, body: '<R/>' } : null
  })

  expect(lineOf(report, 'conditional-writes')).toMatchObject({
    ...{ verdict: 'warned', finding: { put: 'ignored', complete: 'ignored' } },
  })
})

it('does not support conditions', async () => {
  const report = await checkedAt(({ headers }) =>
    'if-none-match' in headers ? no(501, 'NotImplemented') : null,
  )

  expect(lineOf(report, 'conditional-writes')).toMatchObject({
    ...{ verdict: 'warned', finding: { put: 'refused', complete: 'refused' } },
  })
  expect(lineOf(report, 'cors').verdict).toBe('passed')
})

const isForm = ({ headers }: Parameters<HttpRule>[0]) =>
  headers['content-type']?.startsWith('multipart/form-data') === true

it('accepts no forms', async () => {
  const report = await checkedAt((request) => (isForm(request) ? no(501, 'NotImplemented') : null))

  expect(lineOf(report, 'post-forms')).toMatchObject({
    ...{ verdict: 'warned', finding: { isTaken: false } },
  })
})

it('accepts forms and ignores the limit of the file’s length', async () => {
  const report = await checkedAt((request) => (isForm(request) ? { status: 204 } : null))

  expect(findingOf(report, 'post-forms')).toEqual({ kind: 'post-forms', isTaken: false })
})

it('shows everything to everybody', async () => {
  const report = await checkedAt((request) => {
    if (isSigned(request) || request.method !== 'GET') return null
    return 'list-type' in request.query
      ? { status: 200, body: '<ListBucketResult></ListBucketResult>' }
      : { status: 200, body: BODY }
  })

  expect(lineOf(report, 'public-access')).toMatchObject({
    ...{ verdict: 'warned', finding: { canRead: true, canList: true } },
  })
})

it('shows objects to everybody who knows their names', async () => {
  const report = await checkedAt((request) => {
    const isRead = !isSigned(request) && request.method === 'GET'
    return isRead && !('list-type' in request.query) ? { status: 200, body: BODY } : null
  })

  expect(lineOf(report, 'public-access')).toMatchObject({
    ...{ verdict: 'warned', finding: { canRead: true, canList: false } },
  })
})

it('verifies only some checksums', async () => {
  const report = await checkedAt(async ({ headers }, send) => {
    const isIgnored = 'x-amz-checksum-crc64nvme' in headers || 'content-md5' in headers
    const { statusCode } = await send()
    return isIgnored && statusCode === 400 ? { status: 200, headers: { etag: '"1"' } } : null
  })

  expect(findingOf(report, 'checksums')).toEqual({
    ...{ kind: 'checksums', verified: ['crc32c', 'sha256'] },
  })
})

it('verifies no checksum', async () => {
  const report = await checkedAt(async (_request, send) => {
    const { statusCode } = await send()
    return statusCode === 400 ? { status: 200, headers: { etag: '"1"' } } : null
  })

  expect(lineOf(report, 'checksums')).toMatchObject({
    ...{ verdict: 'warned', finding: { verified: [] } },
  })
})

it('has keys that expire, and does not say when', async () => {
  world = await CheckWorld.start({
    storeHttp: ruledHttp(() => ({ status: 200, body: '<ListBucketResult></ListBucketResult>' })),
  })
  const report = await world.check({ sessionToken: 'a-token' })

  expect(findingOf(report, 'link-life')).toEqual({
    ...{ kind: 'link-life', maxSeconds: 604_800, endsWith: 'session-unknown' },
  })
})

it('removes unfinished uploads by itself, so that no rule is proposed', async () => {
  const report = await checkedAt(() => null, { provider: 'minio' })

  expect(lineOf(report, 'unfinished-rule')).toMatchObject({ verdict: 'passed', fix: null })
})

it('does not support bucket settings', async () => {
  const report = await checkedAt((request) =>
    /\?(lifecycle|versioning|versions)$/.test(lineOfRequest(request))
      ? no(501, 'NotImplemented')
      : null,
  )

  expect(unknown(report)).toEqual(['versioning', 'unfinished-rule'])
})

it('dies in the middle: steps that did not run stay unknown', async () => {
  world = await CheckWorld.start()
  const stub = await world.stub(plain(200, ''))
  const { endpoint } = stub
  let asked = 0
  stub.answerWith((request, response) => {
    asked += 1
    if (asked > 2) request.socket.destroy()
    else plain(200, '<ListBucketResult></ListBucketResult>')(request, response)
  })

  const report = await world.check({ endpoint })

  expect(lineOf(report, 'bucket').verdict).toBe('passed')
  expect(lineOf(report, 'put')).toMatchObject({ finding: { failure: { kind: 'no-response' } } })
})

it('redirects the window’s preflight, which no CORS rule fixes', async () => {
  const report = await checkedAt(({ method }) => {
    const headers = { location: 'https://eu.example.org/photos/a' }
    return method === 'OPTIONS' ? { status: 307, headers, body: '' } : null
  })

  expect(lineOf(report, 'cors')).toMatchObject({
    verdict: 'failed',
    finding: { failure: { kind: 'redirected', to: 'https://eu.example.org' } },
    fix: null,
  })
})

it('has a bucket whose quota is used up, and answers as for a missing permission', async () => {
  const report = await checkedAt(({ method }) =>
    method === 'PUT' ? no(403, 'QuotaExceeded') : null,
  )

  expect(lineOf(report, 'put')).toMatchObject({
    verdict: 'failed',
    finding: { failure: { kind: 'quota-exceeded', answer: { code: 'QuotaExceeded' } } },
  })
})
