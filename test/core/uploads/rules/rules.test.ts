import { GetObjectTaggingCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type { UploadId } from '../../../../electron/contract/ids.ts'
import { MIB } from '../../../../electron/contract/limits.ts'
import {
  DEFAULT_RULES,
  type UploadRules,
} from '../../../../electron/contract/rules/upload-rules.ts'
import { putHeaderNames } from '../../../../electron/core/s3/put-headers.ts'
import { CoreHarness, PART, someBytes } from '../../../fakes/core-harness.ts'
import { OddStoreUpload } from '../../../fakes/odd-store-upload.ts'
import { plain } from '../../../fakes/stub-store.ts'

const SHORT = someBytes(5)
const LONG = someBytes(PART + 5)

let harness: CoreHarness
let local: Destination

beforeEach(async () => {
  harness = await CoreHarness.start()
  local = await harness.must('openLocalBucket', {})
})

afterEach(() => harness.close())

async function rules(changes: Partial<UploadRules>): Promise<void> {
  const { destinationId } = local
  local = await harness.must('saveRules', {
    destinationId,
    rules: { ...DEFAULT_RULES, ...changes },
  })
}

async function finish(uploadId: UploadId, bytes: Uint8Array) {
  const { plan } = await harness.record(uploadId)
  await harness.send(uploadId, bytes, plan?.mode === 'multipart' ? [1, 2] : [1])
  return harness.must('completeUpload', { uploadId })
}

async function upload(name: string, bytes: Uint8Array, partBytes: number | null = null) {
  const { uploadId } = await harness.queueBytes(local, name, bytes)
  await harness.prepared(uploadId, partBytes)
  return finish(uploadId, bytes)
}

async function headOf(Key: string) {
  const client = harness.otherClient(local)
  const named = { Bucket: local.bucket, Key }
  const head = await client.send(new HeadObjectCommand(named))
  const { TagSet } = await client.send(new GetObjectTaggingCommand(named))
  client.destroy()
  return { ...head, TagSet }
}

async function refusal(name: string, bytes: Uint8Array, contentType = '') {
  const source = await harness.registerFacts(name, bytes.length)
  const { refused } = await harness.must('queueUploads', {
    destinationId: local.destinationId,
    items: [{ sourceId: source.sourceId, relativePath: name, contentType, hash8: null }],
  })
  return refused[0]?.failure ?? null
}

describe('the headers of an object', () => {
  const given: Partial<UploadRules> = {
    cacheControl: 'max-age=60, public',
    disposition: 'attachment',
    metadata: [{ name: 'Project', value: 'North & South' }],
    tags: [
      { name: 'team', value: 'a/b c' },
      { name: 'größe', value: '' },
    ],
    storageClass: 'STANDARD',
    acl: 'private',
    contentTypes: [{ name: 'txt', value: 'text/x-notes; charset=utf-8' }],
  }
  const arrived = {
    CacheControl: 'max-age=60, public',
    ContentDisposition: `attachment; filename="Gr__e.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt`,
    ContentType: 'text/x-notes; charset=utf-8',
    Metadata: { project: 'North & South', 'ferry-upload': expect.stringMatching(/^[0-9a-f]{32}$/) },
    TagSet: [
      { Key: 'team', Value: 'a/b c' },
      { Key: 'größe', Value: '' },
    ],
  }

  it.each([
    ['one PUT', SHORT, null],
    ['parts', LONG, PART],
  ] as const)('arrive with %s and are kept', async (_way, bytes, partBytes) => {
    await rules(given)

    const { key } = await upload('Grüße.txt', bytes, partBytes)

    expect(await headOf(key)).toMatchObject(arrived)
  })

  it('are known in advance, so that a CORS rule can allow them', async () => {
    await rules(given)
    const { uploadId } = await harness.queueBytes(local, 'a.txt', SHORT)
    await harness.prepared(uploadId)

    const { headers } = harness.only(await harness.sign(uploadId, SHORT, [1]))

    const { 'x-amz-checksum-crc64nvme': _sum, ...others } = headers
    expect(putHeaderNames(local).toSorted()).toEqual(Object.keys(others).toSorted())
  })

  it.each([
    [{ kind: 's3' }, { 'x-amz-server-side-encryption': 'AES256' }],
    [{ kind: 'kms', keyId: '' }, { 'x-amz-server-side-encryption': 'aws:kms' }],
    [
      { kind: 'kms', keyId: 'arn:aws:kms:eu-central-1:1:key/2' },
      {
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:eu-central-1:1:key/2',
      },
    ],
  ] as const)('encrypt it as the rule says: %j', async (encryption, expected) => {
    await rules({ encryption })
    const { uploadId } = await harness.queueBytes(local, 'a.txt', SHORT)
    await harness.prepared(uploadId)

    const put = harness.only(await harness.sign(uploadId, SHORT, [1]))

    const query = new URL(put.url).searchParams
    const signed = query.get('X-Amz-SignedHeaders')?.split(';')
    expect(put.headers).toMatchObject(expected)
    expect(signed).toEqual(expect.arrayContaining(Object.keys(expected)))
    expect([...query.keys()].join()).not.toMatch(/encryption/i)
  })

  it.each([
    [
      { storageClass: 'GLACIER' },
      { kind: 'store-refused', status: 400, code: 'InvalidStorageClass' },
      'InvalidStorageClass',
    ],
    [{ acl: 'public-read' }, { kind: 'acl-refused' }, 'AccessControlListNotSupported'],
  ] as const)(
    'are refused by a store that does not support them: %j',
    async (changes, failure, code) => {
      await rules(changes)
      const { uploadId } = await harness.queueBytes(local, 'a.txt', LONG)

      const refused = await harness.prepare(uploadId, PART)

      expect(refused).toMatchObject({ ok: false, failure: { ...failure, answer: { code } } })
    },
  )

  it('stay the same for an upload whose parts have begun', async () => {
    await rules({ cacheControl: 'max-age=1' })
    const { uploadId } = await harness.queueBytes(local, 'a.bin', LONG)
    await harness.prepared(uploadId, PART)

    await rules({ cacheControl: 'max-age=2' })
    await finish(uploadId, LONG)

    expect((await headOf('a.bin')).CacheControl).toBe('max-age=1')
  })
})

describe('tags of a multipart upload', () => {
  it('are set again if the store forgets them, as Ceph 16.2 does', async () => {
    const upload = await OddStoreUpload.start()
    const { store } = upload
    const { destinationId } = await upload.harness.record(upload.uploadId)
    const tags = [{ name: 'team', value: 'a b' }]
    await upload.harness.must('saveRules', { destinationId, rules: { ...DEFAULT_RULES, tags } })
    await upload.sendAll()
    const puts: string[] = []
    store.manners.put = (request, response) => {
      puts.push(request.url ?? '')
      plain(200, '')(request, response)
    }

    const completed = await upload.complete()

    await upload.close()
    expect(completed.ok).toBe(true)
    expect(puts).toEqual(['/photos/a.bin?tagging='])
  })
})

describe('a file that the rules may refuse', () => {
  it.each([
    ['image/*, .pdf', 'a.png', '', true],
    ['image/*, .pdf', 'A.PDF', 'application/octet-stream', true],
    ['image/*', 'a.txt', 'image/png', true],
    ['image/*', 'a.png', 'text/plain', false],
    ['text/csv', 'a.csv', 'text/csv; charset=utf-8', true],
    ['text/csv', 'a.txt', '', false],
    ['.tar.gz', 'a.tar.gz', '', true],
    ['.gz', '.gz', '', false],
    ['', 'a.anything', '', true],
  ])('under "%s": %s of the type "%s"', async (allowedTypes, name, type, isTaken) => {
    await rules({ allowedTypes })

    const failure = await refusal(name, SHORT, type)

    expect(failure?.kind ?? null).toBe(isTaken ? null : 'type-not-allowed')
  })

  it('must not be longer than the rule says', async () => {
    await rules({ maxFileBytes: 5 })

    expect(await refusal('five', someBytes(5))).toBeNull()
    expect(await refusal('six', someBytes(6))).toEqual({
      kind: 'size-not-allowed',
      limitBytes: 5,
    })
  })

  it.each([
    [{ allowedTypes: 'image/*' }, { kind: 'type-not-allowed', contentType: 'text/plain' }],
    [{ maxFileBytes: 4 }, { kind: 'size-not-allowed', limitBytes: 4 }],
  ] as const)(
    'is checked again before it begins, and at each signature: %j',
    async (changes, failure) => {
      const begun = await harness.queueBytes(local, 'begun.txt', SHORT)
      await harness.prepared(begun.uploadId)
      const waiting = await harness.queueBytes(local, 'waiting.txt', SHORT)
      await rules(changes)

      const prepared = await harness.prepare(waiting.uploadId)
      const signed = await harness.ask('signParts', {
        uploadId: begun.uploadId,
        parts: [{ partNumber: 1, checksum: 'AAAAAAAAAAA=' }],
      })

      expect([prepared, signed]).toEqual(Array(2).fill({ ok: false, failure }))
    },
  )
})

describe('the object key of a file', () => {
  it('follows the template, with the hash of the bytes and the folders of the drop', async () => {
    await rules({ keyTemplate: '{yyyy}/{folder}{stem}-{hash8}{ext}' })
    const source = await harness.registerFacts('a.tar.gz', 5)
    const { uploads } = await harness.must('queueUploads', {
      destinationId: local.destinationId,
      items: [
        {
          ...{ sourceId: source.sourceId, relativePath: 'trip/a.tar.gz', contentType: '' },
          hash8: '0123abcd',
        },
      ],
    })

    const { key, folder, name, createdAtMs } = harness.only(uploads)

    const year = new Date(createdAtMs).getFullYear()
    expect({ key, folder, name }).toEqual({
      key: `${year}/trip/a-0123abcd.tar.gz`,
      folder: `${year}/trip/`,
      name: 'a-0123abcd.tar.gz',
    })
  })

  it('is refused if the template needs a hash that nobody computed', async () => {
    await rules({ keyTemplate: '{hash8}' })

    expect(await refusal('a.txt', SHORT)).toEqual({ kind: 'wrong-state' })
  })

  it("is numbered after the last folder, and the download has the file's own name", async () => {
    await rules({ keyTemplate: 'all/{stem}/original{ext}' })
    await upload('a.txt', SHORT)

    const { key, name, link } = await upload('a.txt', SHORT)

    const answer = await fetch(link?.url ?? '')
    expect([key, name]).toEqual(['all/a/original (2).txt', 'original (2).txt'])
    expect(answer.headers.get('content-disposition')).toContain('filename="a.txt"')
    await answer.body?.cancel()
  })

  it('differs for each file if the template has a UUID', async () => {
    await rules({ keyTemplate: '{uuid}{ext}' })
    const one = await harness.queueBytes(local, 'a.txt', SHORT)
    const other = await harness.queueBytes(local, 'a.txt', SHORT)

    for (const { key } of [one, other]) {
      expect(key).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.txt$/,
      )
    }
    expect(one.key).not.toBe(other.key)
  })

  it('changes with the rule for files that have not begun, and for no other', async () => {
    const begun = await harness.queueBytes(local, 'a.txt', SHORT)
    await harness.prepared(begun.uploadId)
    const waiting = await harness.queueBytes(local, 'b.html', SHORT)

    await rules({
      keyTemplate: 'new/{name}',
      contentTypes: [{ name: 'html', value: 'text/plain' }],
    })
    for (const { uploadId } of [begun, waiting]) {
      await harness.prepared(uploadId)
      await finish(uploadId, SHORT)
    }

    expect((await harness.stored(local)).keys).toEqual(['a.txt', 'new/b.html'])
    expect((await headOf('new/b.html')).ContentType).toBe('text/plain')
    expect(harness.heard.of('uploadsChanged').at(0)?.uploads[0]?.key).toBe('new/b.html')
  })

  it('stays the same for a file that is uploaded again', async () => {
    await rules({ keyTemplate: '{uuid}/{name}' })
    const { uploadId, key } = await harness.queueBytes(local, 'a.txt', SHORT)
    const failure = { kind: 'source-changed' } as const
    await harness.sync({ marks: [{ uploadId, mark: { phase: 'failed', failure } }] })
    const { sourceId } = await harness.registerFacts('a.txt', 7)

    const again = await harness.must('uploadAgain', { uploadId, sourceId })

    expect(again.key).toBe(key)
  })
})

describe('the length of parts', () => {
  it('is the one in the rule, whatever the page asks for', async () => {
    await rules({ partBytes: 7 * MIB })
    const { uploadId } = await harness.queue(local, await harness.registerFacts('a.bin', 20 * MIB))

    const { plan } = await harness.must('prepareUpload', { uploadId })

    expect(plan).toEqual({ mode: 'multipart', byteLength: 20 * MIB, partBytes: 7 * MIB })
  })

  it('grows if there would be too many parts', async () => {
    await rules({ partBytes: 5 * MIB })
    const byteLength = 10_000 * 6 * MIB
    const { uploadId } = await harness.queue(
      local,
      await harness.registerFacts('a.bin', byteLength),
    )

    const { plan } = await harness.must('prepareUpload', { uploadId })

    expect(plan).toEqual({ mode: 'multipart', byteLength, partBytes: 6 * MIB })
  })
})
