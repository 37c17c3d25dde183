import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import { PRECONDITION_FAILED } from '../../../../electron/contract/failure/s3-failure.ts'
import type { UploadId } from '../../../../electron/contract/ids.ts'
import {
  type ConflictRule,
  DEFAULT_RULES,
} from '../../../../electron/contract/rules/upload-rules.ts'
import { CoreHarness, PART, someBytes } from '../../../fakes/core-harness.ts'
import { OddStoreUpload } from '../../../fakes/odd-store-upload.ts'
import { refusal } from '../../../fakes/stub-store.ts'
import { TYPED_KEYS } from '../../../fakes/typed-keys.ts'

const SHORT = someBytes(5)
const LONG = someBytes(PART + 5)
const taken = { ok: false, failure: PRECONDITION_FAILED }

let harness: CoreHarness
let local: Destination

beforeEach(async () => {
  harness = await CoreHarness.start()
  local = await harness.must('openLocalBucket', {})
})

afterEach(() => harness.close())

async function rule(onConflict: ConflictRule, destination = local): Promise<void> {
  const { destinationId } = destination
  await harness.must('saveRules', { destinationId, rules: { ...DEFAULT_RULES, onConflict } })
}

/** Somebody else's object. */
async function strangerPuts(Key: string, Body = 'theirs'): Promise<void> {
  const client = harness.otherClient(local)
  await client.send(new PutObjectCommand({ Bucket: local.bucket, Key, Body }))
  client.destroy()
}

/** Everything in the bucket: each key, and whether the object is the stranger's. */
async function held() {
  const { keys } = await harness.stored(local)
  const texts = await Promise.all(keys.map((key) => textAt(key ?? '')))
  return Object.fromEntries(keys.map((key, index) => [key, texts[index] === 'theirs']))
}

async function textAt(key: string): Promise<string> {
  const client = harness.otherClient(local)
  const answer = await client.send(new GetObjectCommand({ Bucket: local.bucket, Key: key }))
  const text = await answer.Body?.transformToString()
  client.destroy()
  return text ?? ''
}

const prepare = (uploadId: UploadId, partBytes: number | null = null) =>
  harness.prepare(uploadId, partBytes)

async function finish(uploadId: UploadId, bytes: Uint8Array): Promise<string> {
  const { plan } = await harness.record(uploadId)
  await harness.send(uploadId, bytes, plan?.mode === 'multipart' ? [1, 2] : [1])
  const { status } = await harness.must('completeUpload', { uploadId })
  return status.phase
}

describe('a key under which the bucket has an object', () => {
  it('is left alone under the rule "keep both": the file gets a numbered name', async () => {
    await strangerPuts('a.txt')
    const { uploadId } = await harness.queueBytes(local, 'a.txt', SHORT)

    await prepare(uploadId)

    expect(await finish(uploadId, SHORT)).toBe('done')
    expect(await held()).toEqual({ 'a.txt': true, 'a (2).txt': false })
  })

  it.each([null, PART])('is overwritten under the rule "replace" (parts: %s)', async (parts) => {
    await rule('replace')
    await strangerPuts('a.txt')
    const bytes = parts === null ? SHORT : LONG
    const { uploadId } = await harness.queueBytes(local, 'a.txt', bytes)

    await prepare(uploadId, parts)

    expect(await finish(uploadId, bytes)).toBe('done')
    expect(await held()).toEqual({ 'a.txt': false })
  })

  it('ends the upload under the rule "skip", with nothing left to do', async () => {
    await rule('skip')
    await strangerPuts('a.txt')
    const { uploadId } = await harness.queueBytes(local, 'a.txt', LONG)

    const prepared = await prepare(uploadId, PART)

    const ended = await harness.record(uploadId)
    expect(prepared).toEqual({ ok: false, failure: { kind: 'skipped' } })
    expect(ended.status).toEqual({ phase: 'cancelled', storeIsClean: true, why: 'exists' })
    expect(harness.heard.of('uploadsChanged').at(-1)?.uploads).toEqual([ended])
    expect(await harness.stored(local)).toEqual({ keys: ['a.txt'], unfinished: [] })
    expect(await held()).toEqual({ 'a.txt': true })
  })

  it('is written under any rule if no object has it', async () => {
    for (const each of ['ask', 'keep-both', 'replace', 'skip'] as const) {
      await rule(each)
      const { uploadId } = await harness.queueBytes(local, `${each}.txt`, SHORT)
      await prepare(uploadId)
      expect(await finish(uploadId, SHORT)).toBe('done')
    }
    expect((await harness.stored(local)).keys).toHaveLength(4)
  })

  it('goes to the first of two files in one drop, also under "replace"', async () => {
    await rule('replace')
    await strangerPuts('a.txt')
    await strangerPuts('a (2).txt')
    const first = await harness.queueBytes(local, 'a.txt', SHORT)
    const second = await harness.queueBytes(local, 'a.txt', SHORT)

    for (const { uploadId } of [first, second]) {
      await prepare(uploadId)
      await finish(uploadId, SHORT)
    }

    expect(await held()).toEqual({ 'a.txt': false, 'a (2).txt': true, 'a (3).txt': false })
  })
})

describe('the rule "ask"', () => {
  async function asked() {
    await rule('ask')
    await strangerPuts('a.txt')
    const { uploadId } = await harness.queueBytes(local, 'a.txt', SHORT)
    const prepared = await prepare(uploadId)
    expect(prepared).toEqual({ ok: false, failure: { kind: 'key-taken', key: 'a.txt' } })
    return uploadId
  }

  it.each([
    ['keep-both', { 'a.txt': true, 'a (2).txt': false }],
    ['replace', { 'a.txt': false }],
  ] as const)('does as the user decides: %s', async (decision, expected) => {
    const uploadId = await asked()

    const { uploads } = await harness.must('decideConflict', { uploadIds: [uploadId], decision })
    harness = await harness.restart()
    local = await harness.must('openLocalBucket', {})
    await prepare(uploadId)

    expect(uploads.map((each) => each.uploadId)).toEqual([uploadId])
    expect(await finish(uploadId, SHORT)).toBe('done')
    expect(await held()).toEqual(expected)
  })

  it('does as the user decides: skip', async () => {
    const uploadId = await asked()

    await harness.must('decideConflict', { uploadIds: [uploadId], decision: 'skip' })

    expect(await prepare(uploadId)).toEqual({ ok: false, failure: { kind: 'skipped' } })
    expect((await harness.record(uploadId)).status).toMatchObject({ why: 'exists' })
  })

  it('has nothing to decide for uploads that have ended', async () => {
    const uploadId = await asked()
    await harness.must('cancelUpload', { uploadId })

    const decided = await harness.must('decideConflict', {
      uploadIds: [uploadId],
      decision: 'replace',
    })

    expect(decided.uploads).toEqual([])
  })
})

describe('an object that takes the key meanwhile', () => {
  it('is not overwritten by a PUT: the store refuses, and the file gets a numbered name', async () => {
    const { uploadId } = await harness.queueBytes(local, 'a.txt', SHORT)
    await prepare(uploadId)
    const put = harness.only(await harness.sign(uploadId, SHORT, [1]))
    await strangerPuts('a.txt')

    const { url, headers, body } = put
    const refused = await fetch(url, { method: 'PUT', headers, body })
    await prepare(uploadId)

    expect(refused.status).toBe(412)
    expect(await finish(uploadId, SHORT)).toBe('done')
    expect(await held()).toEqual({ 'a.txt': true, 'a (2).txt': false })
  })

  it('is recognised as our own when only the answer was lost', async () => {
    const { uploadId } = await harness.queueBytes(local, 'a.txt', SHORT)
    await prepare(uploadId)
    const [first, again] = [
      harness.only(await harness.sign(uploadId, SHORT, [1])),
      harness.only(await harness.sign(uploadId, SHORT, [1])),
    ]
    const statuses = []
    for (const { url, headers, body } of [first, again]) {
      statuses.push((await fetch(url, { method: 'PUT', headers, body })).status)
    }

    const prepared = await harness.prepared(uploadId)

    expect(statuses).toEqual([200, 412])
    expect(prepared.isComplete).toBe(true)
    expect((await harness.must('completeUpload', { uploadId })).status.phase).toBe('done')
    expect(await held()).toEqual({ 'a.txt': false })
  })

  it('is reported when a page could not read the refusal', async () => {
    const { uploadId } = await harness.queueBytes(local, 'a.txt', SHORT)
    await prepare(uploadId)
    const put = { uploadId, partNumber: 1, isBodySent: false, seen: 'nothing' } as const
    const before = await harness.must('diagnoseNoResponse', put)
    await strangerPuts('a.txt')

    const after = await harness.must('diagnoseNoResponse', put)

    expect(before).toEqual({ kind: 'unexplained', isStoreReached: true })
    expect(after).toEqual({ kind: 'refused', failure: PRECONDITION_FAILED })
  })

  /** The same bucket as another store, of which it is unknown whether it honours conditions. */
  async function unknownStore(): Promise<Destination> {
    const { accessKeyId, secretAccessKey } = harness.localKeys()
    const { endpoint, region, bucket } = local
    const { destination } = await harness.must('saveDestination', {
      ...TYPED_KEYS,
      ...{ destinationId: null, name: '', provider: 'other', prefix: '', pathStyle: true },
      ...{ endpoint, region, bucket, accessKeyId, secretAccessKey },
      ...{ sessionToken: '', keepSecret: false },
    })
    return destination
  }

  it.each(['that honours conditions', 'that is only looked at'])(
    'removes the parts at a store %s, and sends them to another key',
    async (which) => {
      const destination = which === 'that honours conditions' ? local : await unknownStore()
      const { uploadId } = await harness.queueBytes(destination, 'a.bin', LONG)
      await prepare(uploadId, PART)
      await harness.send(uploadId, LONG, [1, 2])
      await strangerPuts('a.bin')

      const refused = await harness.ask('completeUpload', { uploadId })
      const { unfinished } = await harness.stored(local)
      await prepare(uploadId, PART)

      expect([refused, unfinished]).toEqual([taken, []])
      expect(await finish(uploadId, LONG)).toBe('done')
      expect(await held()).toEqual({ 'a.bin': true, 'a (2).bin': false })
      expect((await harness.stored(local)).unfinished).toEqual([])
    },
  )

  it('makes the upload ask again if the rule is to ask', async () => {
    await rule('ask')
    const { uploadId } = await harness.queueBytes(local, 'a.bin', LONG)
    await prepare(uploadId, PART)
    await harness.send(uploadId, LONG, [1, 2])
    await strangerPuts('a.bin')
    await harness.ask('completeUpload', { uploadId })

    const asked = await prepare(uploadId, PART)

    expect(asked).toEqual({ ok: false, failure: { kind: 'key-taken', key: 'a.bin' } })
    await harness.must('decideConflict', { uploadIds: [uploadId], decision: 'replace' })
    await prepare(uploadId, PART)
    expect(await finish(uploadId, LONG)).toBe('done')
    expect(await held()).toEqual({ 'a.bin': false })
  })
})

describe('two conflicting conditional writes', () => {
  it('start over with a new upload, as S3 requires', async () => {
    const upload = await OddStoreUpload.start()
    const { store } = upload
    await upload.sendAll()
    store.manners.complete = refusal(409, 'ConditionalRequestConflict')

    const refused = await upload.complete()

    const left = store.uploads.size
    delete store.manners.complete
    const { held: kept } = await upload.prepare()
    await upload.close()
    expect([refused, left, kept]).toEqual([taken, 0, []])
  })
})
