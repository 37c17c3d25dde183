import { randomUUID } from 'node:crypto'
import {
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import type { CheckId } from '../../electron/contract/commands/checks.ts'
import { PRECONDITION_FAILED } from '../../electron/contract/failure/s3-failure.ts'
import type { UploadId } from '../../electron/contract/ids.ts'
import { DEFAULT_RULES, type UploadRules } from '../../electron/contract/rules/upload-rules.ts'
import { PART, someBytes } from '../fakes/core-harness.ts'
import { TYPED_KEYS } from '../fakes/typed-keys.ts'
import { type StoreUnderTest, storesUnderTest } from './buckets.ts'
import { FerryOnStore, put } from './ferry-on-store.ts'

const SHORT = someBytes(1234)
const LONG = someBytes(PART + 77)

describe.each(storesUnderTest())('rules on $name', (store: StoreUnderTest) => {
  async function under(changes: Partial<UploadRules>): Promise<FerryOnStore> {
    const ferry = await FerryOnStore.on(store)
    await rule(ferry, changes)
    return ferry
  }

  const rule = ({ harness, destination }: FerryOnStore, changes: Partial<UploadRules>) =>
    harness.must('saveRules', {
      destinationId: destination.destinationId,
      rules: { ...DEFAULT_RULES, ...changes },
    })

  async function strangerPuts({ client, bucket }: FerryOnStore, Key: string): Promise<void> {
    const Body = Buffer.from('theirs')
    await client.send(new PutObjectCommand({ Bucket: bucket.store.bucket, Key, Body }))
  }

  async function lengthOf({ client, bucket }: FerryOnStore, Key: string) {
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket.store.bucket, Key }))
    return head.ContentLength
  }

  async function finish(ferry: FerryOnStore, uploadId: UploadId, bytes: Uint8Array) {
    await ferry.harness.send(uploadId, bytes, bytes.length > PART ? [1, 2] : [1])
    return ferry.complete(uploadId)
  }

  it.each([
    ['one PUT', SHORT, null],
    ['parts', LONG, PART],
  ] as const)('are kept with the object: %s', async (_way, bytes, partBytes) => {
    const ferry = await under({
      keyTemplate: '{prefix}rules/{stem}{ext}',
      cacheControl: 'max-age=60, public',
      disposition: 'attachment',
      metadata: [{ name: 'project', value: 'North & South' }],
      tags: [
        { name: 'team', value: 'a/b c' },
        { name: 'year', value: '2026' },
      ],
      contentTypes: [{ name: 'txt', value: 'text/x-notes; charset=utf-8' }],
      storageClass: 'STANDARD',
      acl: 'private',
    })
    const { uploadId } = await ferry.begin('Grüße.txt', bytes, partBytes)

    const { key, status } = await finish(ferry, uploadId, bytes)

    const named = { Bucket: ferry.bucket.store.bucket, Key: key }
    const head = await ferry.client.send(new HeadObjectCommand(named))
    const { TagSet } = await ferry.client.send(new GetObjectTaggingCommand(named))
    expect([key, status.phase]).toEqual(['rules/Grüße.txt', 'done'])
    expect(head).toMatchObject({
      CacheControl: 'max-age=60, public',
      ContentDisposition: `attachment; filename="Gr__e.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt`,
      ContentType: 'text/x-notes; charset=utf-8',
      Metadata: { project: 'North & South' },
    })
    expect(TagSet?.map(({ Key, Value }) => `${Key}=${Value}`).toSorted()).toEqual([
      'team=a/b c',
      'year=2026',
    ])
  })

  it('report a storage class that the store does not have', async () => {
    const ferry = await under({ storageClass: 'NO_SUCH_CLASS' })
    const { uploadId } = await ferry.harness.queueBytes(ferry.destination, 'a.bin', LONG)

    const refused = await ferry.harness.prepare(uploadId, PART)

    expect(refused).toMatchObject({ ok: false, failure: { kind: 'store-refused', status: 400 } })
    expect((await ferry.stored()).keys).toEqual([])
  })

  it('keep, replace, skip or ask when the object key is taken', async () => {
    const ferry = await under({})
    await strangerPuts(ferry, 'a.bin')
    await strangerPuts(ferry, 'b.bin')
    const found = async (name: string, changes: Partial<UploadRules>) => {
      await rule(ferry, changes)
      const { uploadId } = await ferry.harness.queueBytes(ferry.destination, name, SHORT)
      const prepared = await ferry.harness.prepare(uploadId)
      const end = prepared.ok ? (await finish(ferry, uploadId, SHORT)).key : prepared.failure.kind
      return { uploadId, end }
    }

    const skipped = await found('a.bin', { onConflict: 'skip' })
    const beside = await found('a.bin', { onConflict: 'keep-both' })
    const left = await lengthOf(ferry, 'a.bin')
    const replacing = await found('a.bin', { onConflict: 'replace' })
    const { uploadId, end } = await found('b.bin', { onConflict: 'ask' })
    await ferry.harness.must('decideConflict', { uploadIds: [uploadId], decision: 'replace' })
    await ferry.prepare(uploadId)
    const decided = await finish(ferry, uploadId, SHORT)

    expect([skipped.end, beside.end, left]).toEqual(['skipped', 'a (2).bin', 6])
    expect([replacing.end, end, decided.key]).toEqual(['a.bin', 'key-taken', 'b.bin'])
    for (const name of ['a.bin', 'b.bin']) expect(await lengthOf(ferry, name)).toBe(SHORT.length)
  })

  /** The check finds out which conditions the store honours; it needs a CORS rule for the page. */
  async function check({ harness, destination, bucket, client }: FerryOnStore): Promise<void> {
    const { accessKeyId, secretAccessKey } = bucket.store.credentials
    const { destinationId, name, provider, endpoint, region, prefix, pathStyle } = destination
    const rule = { AllowedOrigins: ['*'], AllowedMethods: ['PUT'], AllowedHeaders: ['*'] }
    const CORSConfiguration = { CORSRules: [{ ...rule, ExposeHeaders: ['ETag'] }] }
    const Bucket = bucket.store.bucket
    await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration }))
    await harness.must('checkDestination', {
      checkId: randomUUID() as CheckId,
      draft: {
        ...TYPED_KEYS,
        ...{ destinationId, name, provider, endpoint, region, prefix, pathStyle, bucket: Bucket },
        ...{ accessKeyId, secretAccessKey, sessionToken: '', keepSecret: false },
      },
    })
  }

  it('have the store itself refuse to overwrite an object that was created meanwhile', async () => {
    const ferry = await under({})
    await check(ferry)
    const { uploadId } = await ferry.begin('a.bin', SHORT, null)
    const signed = ferry.harness.only(await ferry.harness.sign(uploadId, SHORT, [1]))
    await strangerPuts(ferry, 'a.bin')

    const refused = await put(signed, SHORT)
    await ferry.prepare(uploadId)

    expect(signed.headers['if-none-match']).toBe('*')
    expect(refused.status).toBe(412)
    expect((await finish(ferry, uploadId, SHORT)).key).toBe('a (2).bin')
    expect(await lengthOf(ferry, 'a.bin')).toBe(6)
  })

  it('leave an object alone that was created while the parts were sent', async () => {
    const ferry = await under({})
    const { uploadId } = await ferry.begin('a.bin', LONG, PART)
    await ferry.harness.send(uploadId, LONG, [1, 2])
    await strangerPuts(ferry, 'a.bin')

    const refused = await ferry.harness.ask('completeUpload', { uploadId })
    const { unfinished } = await ferry.stored()
    await ferry.prepare(uploadId, PART)

    expect([refused, unfinished]).toEqual([{ ok: false, failure: PRECONDITION_FAILED }, []])
    expect((await finish(ferry, uploadId, LONG)).key).toBe('a (2).bin')
    expect(await lengthOf(ferry, 'a.bin')).toBe(6)
  })
})
