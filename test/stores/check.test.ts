import { randomUUID } from 'node:crypto'
import { PutBucketPolicyCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { CheckFix, CheckId } from '../../electron/contract/commands/checks.ts'
import type { DestinationDraft } from '../../electron/contract/destination-draft.ts'
import { storedIn, versionsIn, withClient } from '../core/checks/bucket-view.ts'
import { ALLOWED, findingOf, lineOf, PAGE, troubles, unknown } from '../core/checks/check-world.ts'
import { CoreHarness } from '../fakes/core-harness.ts'
import { TYPED_KEYS } from '../fakes/typed-keys.ts'
import { givenStoreUnderTest, type StoreUnderTest, storesUnderTest } from './buckets.ts'
import { denyUser } from './ceph-admin.ts'

/** A bucket of a real store without a CORS rule for the page, and a Ferry that checks it. */
async function opened(store: StoreUnderTest) {
  const bucket = await store.open()
  onTestFinished(bucket.discard)
  const harness = await CoreHarness.start({ pageOrigin: () => PAGE, corsOrigin: () => ALLOWED })
  onTestFinished(() => harness.close())
  const { credentials, ...place } = bucket.store
  // The SDK adds properties of its own to the object that it is given.
  const { accessKeyId, secretAccessKey } = credentials
  const draftOf = (changes: Partial<DestinationDraft>): DestinationDraft => ({
    ...TYPED_KEYS,
    ...{ destinationId: null, name: '', provider: 'other', prefix: 'in', pathStyle: true },
    ...{
      ...place,
      ...{ accessKeyId, secretAccessKey },
      sessionToken: '',
      keepSecret: false,
      ...changes,
    },
  })
  const check = (changes: Partial<DestinationDraft> = {}) =>
    harness.must('checkDestination', {
      checkId: randomUUID() as CheckId,
      draft: draftOf(changes),
    })
  const apply = (fix: CheckFix | null) =>
    fix === null
      ? Promise.reject(new Error('No fix'))
      : harness.must('applyFix', { draft: draftOf({}), fix })
  return { bucket, check, apply }
}

describe.each(storesUnderTest())('the connection check on $name', (store) => {
  it('fixes what it can, then passes, and leaves nothing behind', async () => {
    const { bucket, check, apply } = await opened(store)

    const before = await check()
    await apply(lineOf(before, 'cors').fix)
    await apply(lineOf(before, 'unfinished-rule').fix)
    const after = await check()

    expect(lineOf(before, 'cors').verdict).toBe('failed')
    expect(lineOf(before, 'unfinished-rule').verdict).toBe('warned')
    expect(after.lines.filter((line) => line.verdict === 'failed')).toEqual([])
    expect(lineOf(after, 'cors').verdict).toBe('passed')
    expect(findingOf(after, 'unfinished-rule')).toEqual({ kind: 'unfinished-rule', days: 7 })
    expect(unknown(after)).toEqual([])
    expect(await storedIn(bucket)).toEqual({ keys: [], unfinished: [] })
  })

  it('leaves neither a version nor a delete marker in a versioned bucket', async () => {
    const { bucket, check } = await opened(store)
    await withClient(bucket, (client, Bucket) =>
      client.send(
        new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
      ),
    )

    const report = await check()

    expect(findingOf(report, 'versioning')).toEqual({ kind: 'versioning', state: 'on' })
    expect(await versionsIn(bucket)).toEqual([])
  })

  it.each([{ secretAccessKey: 'wrong' }, { accessKeyId: 'AKIANOBODY' }])(
    'reports wrong access keys',
    async (changes) => {
      const { check } = await opened(store)

      expect(troubles(await check(changes))).toEqual(['credentials failed credentials-rejected'])
    },
  )

  it('reports a missing bucket', async () => {
    const { check } = await opened(store)

    expect(troubles(await check({ bucket: 'nobodys-bucket-of-all' }))).toEqual([
      'bucket failed bucket-missing',
    ])
  })
})

const given = givenStoreUnderTest()

describe.runIf(given.kind === 'ceph-16')('the connection check on Ceph RGW 16', () => {
  it('finds the same as a manual measurement', async () => {
    const { check } = await opened(given)

    const report = await check()

    expect(findingOf(report, 'checksums')).toEqual({ kind: 'checksums', verified: ['md5'] })
    expect(findingOf(report, 'conditional-writes')).toEqual({
      ...{ kind: 'conditional-writes', put: 'honoured', complete: 'ignored' },
    })
    // CVE-2026-54330: the object was copied because of an unsigned header.
    expect(findingOf(report, 'unsigned-headers')).toEqual({
      ...{ kind: 'unsigned-headers', isObeyed: true },
    })
    expect(findingOf(report, 'post-forms')).toEqual({ kind: 'post-forms', isTaken: true })
    expect(findingOf(report, 'part-limit')).toEqual({ kind: 'part-limit', maxPartCount: 10_000 })
    expect(findingOf(report, 'versioning')).toEqual({ kind: 'versioning', state: 'off' })
  })

  it.each([
    [['s3:PutObject'], ['put failed access-denied', 'multipart failed access-denied']],
    [['s3:GetObject'], ['get warned access-denied']],
    [['s3:DeleteObject'], ['delete warned access-denied']],
    [['s3:AbortMultipartUpload'], ['abort warned access-denied']],
    [['s3:ListBucket'], []],
  ])('fails only the related lines when a user policy denies %s', async (actions, said) => {
    const { bucket, check } = await opened(given)
    const before = troubles(await check())
    const giveBack = await denyUser(bucket, actions)

    const report = await check().finally(giveBack)

    expect(troubles(report).toSorted()).toEqual(expect.arrayContaining(said))
    const more = troubles(report).filter((each) => !before.includes(each) && !said.includes(each))
    expect(more).toEqual([])
  })

  it('reports that everybody may read the bucket', async () => {
    const { bucket, check } = await opened(given)
    const { bucket: name } = bucket.store
    const statement = {
      ...{ Effect: 'Allow', Principal: '*', Action: ['s3:GetObject', 's3:ListBucket'] },
      Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
    }
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
    await withClient(bucket, (client, Bucket) =>
      client.send(new PutBucketPolicyCommand({ Bucket, Policy })),
    )

    expect(lineOf(await check(), 'public-access')).toMatchObject({
      ...{ verdict: 'warned', finding: { canRead: true, canList: true } },
    })
  })
})
