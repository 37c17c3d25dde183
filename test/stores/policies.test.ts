import { PutBucketCorsCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import {
  bucketPolicy,
  corsRuleFor,
  iamPolicy,
  POLICY_WANTS,
  type PolicyScope,
  type PolicyWant,
} from '../../electron/contract/bucket-policies.ts'
import { DEFAULT_RULES } from '../../electron/contract/rules/upload-rules.ts'
import { withClient } from '../core/checks/bucket-view.ts'
import { lineOf, troubles, unknown } from '../core/checks/check-world.ts'
import { PART, someBytes } from '../fakes/core-harness.ts'
import { givenStoreUnderTest, type TestBucket } from './buckets.ts'
import { type CephUser, newUser, putUserPolicy } from './ceph-admin.ts'
import { bytesBehind, FerryOnStore } from './ferry-on-store.ts'

const PREFIX = 'team/'
const SHORT = someBytes(1234)
const LONG = someBytes(PART + 77)
const USUAL: readonly PolicyWant[] = ['upload', 'share']
const CLEAN = { phase: 'cancelled', storeIsClean: true, why: 'person' }
/** Ceph 16 refuses POST forms from a user whose permissions come only from a user policy. */
const NO_FORMS = 'post-forms warned post-forms'

/** CVE-2026-54330 */
const OBEYS_UNSIGNED = 'unsigned-headers warned unsigned-headers'

interface Way {
  readonly name: string
  readonly grant: (bucket: TestBucket, user: CephUser, scope: PolicyScope) => Promise<unknown>
  readonly lacking: readonly string[]
}

const WAYS: readonly Way[] = [
  {
    name: 'the policy of a user',
    grant: (bucket, { name }, scope) => putUserPolicy(bucket, name, must(iamPolicy(scope))),
    lacking: [NO_FORMS],
  },
  {
    name: 'the policy of a bucket',
    grant: (bucket, { principal }, scope) => {
      const Policy = must(bucketPolicy(scope, principal))
      return withClient(bucket, (client, Bucket) =>
        client.send(new PutBucketPolicyCommand({ Bucket, Policy })),
      )
    },
    lacking: [],
  },
]

function must(policy: string | null): string {
  return policy ?? expect.unreachable('There is no such policy')
}

const given = givenStoreUnderTest()

describe.runIf(given.kind === 'ceph-16').each(WAYS)('$name on Ceph RGW 16', (way) => {
  /** Ferry with the keys of a user who has only the permissions of the policy text. */
  const allowed = (wants: readonly PolicyWant[], prefix = PREFIX) =>
    FerryOnStore.on(given, async (bucket) => {
      const { bucket: name, region } = bucket.store
      const user = await newUser(bucket)
      const scope = { bucket: name, prefix, region, wants, rules: DEFAULT_RULES }
      await way.grant(bucket, user, scope)
      return { ...user.credentials, prefix: PREFIX }
    })

  it('to upload and share is enough to upload, resume, cancel and share', async () => {
    const ferry = await allowed(USUAL)
    const short = await ferry.begin('short.bin', SHORT, null)
    await ferry.harness.send(short.uploadId, SHORT, [1])
    const whole = await ferry.complete(short.uploadId)
    const long = await ferry.begin('long.bin', LONG, PART)
    await ferry.harness.send(long.uploadId, LONG, [1])

    await ferry.restart()
    const { held } = await ferry.prepare(long.uploadId)
    await ferry.harness.send(long.uploadId, LONG, [2])
    const joined = await ferry.complete(long.uploadId)
    const unwanted = await ferry.begin('unwanted.bin', LONG, PART)
    await ferry.harness.send(unwanted.uploadId, LONG, [1])
    const cancelled = await ferry.harness.must('cancelUpload', { uploadId: unwanted.uploadId })

    expect(held).toMatchObject([{ partNumber: 1 }])
    for (const { status } of [whole, joined]) {
      expect(status).toMatchObject({ phase: 'done', proof: { level: 'whole', algorithm: 'md5' } })
    }
    expect((await bytesBehind(whole.link?.url)).equals(SHORT)).toBe(true)
    expect((await bytesBehind(joined.link?.url)).equals(LONG)).toBe(true)
    expect(cancelled.status).toEqual(CLEAN)
    expect(await ferry.stored()).toEqual({
      keys: ['team/long.bin', 'team/short.bin'],
      unfinished: [],
    })
  })

  it('to upload and share is enough to find the object after a lost answer', async () => {
    const ferry = await allowed(USUAL)
    const { uploadId } = await ferry.begin('a.bin', LONG, PART)
    await ferry.harness.send(uploadId, LONG, [1, 2])
    ferry.hearNothingOfComplete()
    const unheard = await ferry.harness.ask('completeUpload', { uploadId })

    await ferry.restart()
    const prepared = await ferry.prepare(uploadId)
    const { status } = await ferry.complete(uploadId)

    expect(unheard.ok).toBe(false)
    expect(prepared).toMatchObject({ held: [], isComplete: true })
    expect(status.phase).toBe('done')
  })

  it('to upload and share fails only the check lines for permissions that it omits', async () => {
    const ferry = await allowed(USUAL)
    await letPageIn(ferry)

    const report = await ferry.check()

    expect(troubles(report)).toEqual([
      'delete warned access-denied',
      'conditional-writes warned conditional-writes',
      OBEYS_UNSIGNED,
      ...way.lacking,
    ])
    expect(unknown(report)).toEqual(['bucket', 'versioning', 'unfinished-rule'])
    // Objects that may not be deleted stay, as the report says.
    expect(await ferry.stored()).toEqual({
      keys: [expect.stringMatching(/^team\/\.ferry-check-[0-9a-f]{16}$/)],
      unfinished: [],
    })
  })

  it('to do everything leaves nothing unknown and nothing behind, and lets Ferry fix settings', async () => {
    const ferry = await allowed(POLICY_WANTS)

    const before = await ferry.check()
    await ferry.applyFix(lineOf(before, 'cors').fix)
    await ferry.applyFix(lineOf(before, 'unfinished-rule').fix)
    const after = await ferry.check()

    const known = ['conditional-writes warned conditional-writes', OBEYS_UNSIGNED, ...way.lacking]
    expect([troubles(after), unknown(after)]).toEqual([known, []])
    expect(await ferry.stored()).toEqual({ keys: [], unfinished: [] })
  })

  it.each<[string, readonly PolicyWant[], string]>([
    ['only to share', ['share'], PREFIX],
    ['to upload and share elsewhere in the bucket', USUAL, 'other/'],
  ])('%s is reported at the lines about uploading', async (_what, wants, prefix) => {
    const ferry = await allowed(wants, prefix)
    await letPageIn(ferry)

    const report = await ferry.check()

    const said = ['put failed access-denied', 'multipart failed access-denied', NO_FORMS]
    expect(troubles(report)).toEqual(said)
    expect(lineOf(report, 'credentials').verdict).toBe('passed')
    expect(await ferry.stored()).toEqual({ keys: [], unfinished: [] })
  })
})

/** Sets the CORS rule with the bucket owner's keys. */
function letPageIn({ bucket, harness }: FerryOnStore): Promise<unknown> {
  const rule = corsRuleFor(harness.ports.corsOrigin())
  const CORSRules = [
    {
      AllowedOrigins: rule.allowedOrigins,
      AllowedMethods: rule.allowedMethods,
      AllowedHeaders: rule.allowedHeaders,
      ExposeHeaders: rule.exposeHeaders,
    },
  ]
  return withClient(bucket, (client, Bucket) =>
    client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } })),
  )
}
