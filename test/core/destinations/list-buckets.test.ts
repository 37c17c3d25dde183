import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DestinationId } from '../../../electron/contract/ids.ts'
import { aDraft } from '../../fakes/a-draft.ts'
import { CoreHarness } from '../../fakes/core-harness.ts'
import { type Answer, plain, refusal, StubStore } from '../../fakes/stub-store.ts'

let harness: CoreHarness
let stub: StubStore

beforeEach(async () => {
  harness = await CoreHarness.start()
  stub = await StubStore.start(refusal(500, 'InternalError'))
})

afterEach(async () => {
  await harness.close()
  await stub.close()
})

const list = (changes: Parameters<typeof aDraft>[0] = {}) =>
  harness.ask('listBuckets', { draft: aDraft({ endpoint: stub.endpoint, bucket: '', ...changes }) })

const bucketXml = (name: string, region: string | null) =>
  `<Bucket><Name>${name}</Name><CreationDate>2026-11-21T00:00:00.000Z</CreationDate>` +
  `${region === null ? '' : `<BucketRegion>${region}</BucketRegion>`}</Bucket>`

function page(buckets: readonly string[], token: string | null = null): Answer {
  const next = token === null ? '' : `<ContinuationToken>${token}</ContinuationToken>`
  const body = `<ListAllMyBucketsResult><Buckets>${buckets.join('')}</Buckets>${next}</ListAllMyBucketsResult>`
  return plain(200, body, { 'content-type': 'application/xml' })
}

describe('the list of buckets', () => {
  it('has those of the store, whatever bucket and prefix the form names', async () => {
    const { endpoint, region, bucket } = await harness.must('openLocalBucket', {})
    const place = { endpoint, region, ...harness.localKeys() }

    const empty = await list({ ...place, bucket: '', prefix: '', name: '' })
    const half = await list({ ...place, bucket: 'Not a bucket!', prefix: '../' })

    const value = { buckets: [{ name: bucket, region }], isComplete: true }
    expect([empty, half]).toEqual([
      { ok: true, value },
      { ok: true, value },
    ])
  })

  it('is found in the region that the store names', async () => {
    const { endpoint, bucket } = await harness.must('openLocalBucket', {})

    const found = await list({ endpoint, region: 'far-away-1', ...harness.localKeys() })

    expect(found).toMatchObject({ ok: true, value: { buckets: [{ name: bucket }] } })
  })

  it('is read page by page, sorted, with the region of each bucket', async () => {
    stub.answerWith((request, response) => {
      const isSecond = request.url?.includes('continuation-token=next') === true
      const answer = isSecond
        ? page([bucketXml('alpha', 'eu-central-1')])
        : page([bucketXml('zeta', 'us-east-1'), bucketXml('beta', null)], 'next')
      answer(request, response)
    })

    expect(await list()).toEqual({
      ok: true,
      value: {
        buckets: [
          { name: 'alpha', region: 'eu-central-1' },
          { name: 'beta', region: null },
          { name: 'zeta', region: 'us-east-1' },
        ],
        isComplete: true,
      },
    })
  })

  it('has at most a thousand buckets, and says that there are more', async () => {
    const names = Array.from({ length: 1200 }, (_, at) => `b${String(at).padStart(4, '0')}`)
    stub.answerWith(page(names.map((name) => bucketXml(name, null))))

    const found = await list()

    if (!found.ok) throw new Error(found.failure.kind)
    expect([found.value.buckets.length, found.value.isComplete]).toEqual([1000, false])
  })

  it('ends with a store that returns the same page forever', async () => {
    stub.answerWith(page([bucketXml('only', null)], 'again'))

    const found = await list()

    const value = { buckets: [{ name: 'only', region: null }], isComplete: true }
    expect(found).toEqual({ ok: true, value })
    expect(stub.requests).toHaveLength(2)
  })

  it('is denied to keys for one bucket only, and says so', async () => {
    stub.answerWith(refusal(403, 'AccessDenied'))

    expect(await list()).toMatchObject({
      ok: false,
      failure: { kind: 'access-denied', action: 's3:ListAllMyBuckets' },
    })
  })

  it('is requested with the keys of a saved destination if none are typed', async () => {
    const { endpoint, region, bucket } = await harness.must('openLocalBucket', {})
    const place = { endpoint, region, bucket, ...harness.localKeys() }
    const { destination } = await harness.must('saveDestination', aDraft(place))
    const { destinationId } = destination

    const found = await list({ ...place, destinationId, secretAccessKey: '' })
    const unknownId = '4b1b3f0e-5c1a-4a52-8a52-0f0a8bde9d10' as DestinationId
    const unknown = await list({ ...place, destinationId: unknownId })

    expect(found).toMatchObject({ ok: true, value: { buckets: [{ name: bucket }] } })
    expect(unknown).toEqual({ ok: false, failure: { kind: 'unknown-id' } })
  })

  it('waits for the missing fields of the form', async () => {
    expect(await list({ endpoint: 'ftp://x', secretAccessKey: '' })).toMatchObject({
      ok: false,
      failure: {
        kind: 'form-invalid',
        problems: [{ field: 'endpoint' }, { field: 'secretAccessKey' }],
      },
    })
  })
})
