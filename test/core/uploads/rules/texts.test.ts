import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type { FileFacts, Source } from '../../../../electron/contract/commands/uploads.ts'
import { TEXT_PROBE_BYTES, type TextEncoding } from '../../../../electron/contract/content-type.ts'
import type { UploadId } from '../../../../electron/contract/ids.ts'
import {
  DEFAULT_RULES,
  type UploadRules,
} from '../../../../electron/contract/rules/upload-rules.ts'
import { hash8Of } from '../../../../renderer/platform/browser-file-facts.ts'
import { CoreHarness } from '../../../fakes/core-harness.ts'

let harness: CoreHarness
let destination: Destination

beforeEach(async () => {
  harness = await CoreHarness.start()
  destination = await harness.must('openLocalBucket', {})
})

afterEach(() => harness.close())

const UTF8 = Buffer.from('Grüße')
const WINDOWS = Buffer.from('Grüße', 'latin1')
const UTF16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Grüße', 'utf16le')])

const saveRules = (changes: Partial<UploadRules>) =>
  harness.must('saveRules', {
    destinationId: destination.destinationId,
    rules: { ...DEFAULT_RULES, ...changes },
  })

async function queued(source: Source, encoding?: TextEncoding, relativePath = source.name) {
  const { uploads } = await harness.must('queueUploads', {
    destinationId: destination.destinationId,
    items: [
      {
        ...{ sourceId: source.sourceId, relativePath, contentType: 'text/plain', hash8: null },
        ...(encoding === undefined ? {} : { encoding }),
      },
    ],
  })
  return harness.only(uploads)
}

async function sent(uploadId: UploadId, bytes: Uint8Array) {
  await harness.prepared(uploadId)
  await harness.send(uploadId, bytes, [1])
  const done = await harness.must('completeUpload', { uploadId })
  return headersAt(done.link?.url ?? '')
}

async function headersAt(url: string) {
  const answer = await fetch(url)
  await answer.arrayBuffer()
  const disposition = answer.headers.get('content-disposition') ?? ''
  return [answer.headers.get('content-type'), disposition.split(';')[0]]
}

/** The object as other clients read it. */
async function storedType(key: string) {
  const { HeadObjectCommand } = await import('@aws-sdk/client-s3')
  const client = harness.otherClient(destination)
  const head = await client.send(new HeadObjectCommand({ Bucket: destination.bucket, Key: key }))
  client.destroy()
  return head.ContentType
}

describe('a text file', () => {
  it.each<[TextEncoding | undefined, Uint8Array, string, string]>([
    ['utf-8', UTF8, 'text/plain; charset=utf-8', 'inline'],
    ['utf-16le', UTF16, 'text/plain; charset=utf-16le', 'inline'],
    ['unknown', WINDOWS, 'text/plain', 'attachment'],
    [undefined, UTF8, 'text/plain', 'inline'],
  ])(
    'with the known encoding %s is stored and linked with it',
    async (encoding, bytes, type, disposition) => {
      const upload = await queued(await harness.registerFacts('a.txt', bytes.length), encoding)

      const seen = await sent(upload.uploadId, bytes)

      expect(seen).toEqual([type, disposition])
      expect(await storedType('a.txt')).toBe(type)
    },
  )

  it('has the same encoding in a link that is made after a restart', async () => {
    const unknown = await queued(await harness.registerFacts('old.txt', WINDOWS.length), 'unknown')
    const known = await queued(await harness.registerFacts('new.txt', UTF8.length), 'utf-8')
    await sent(unknown.uploadId, WINDOWS)
    await sent(known.uploadId, UTF8)

    harness = await harness.restart()
    const links = await Promise.all(
      [unknown, known].map(({ uploadId }) =>
        harness.must('createShareLink', { uploadId, linkSeconds: null }),
      ),
    )

    expect(await Promise.all(links.map(({ url }) => headersAt(url)))).toEqual([
      ['text/plain', 'attachment'],
      ['text/plain; charset=utf-8', 'inline'],
    ])
  })

  it('has its encoding in a multipart upload, too', async () => {
    const bytes = Buffer.alloc(6 * 1024 * 1024, 'Grüße ')
    const { uploadId } = await queued(
      await harness.registerFacts('long.txt', bytes.length),
      'utf-8',
    )
    await harness.prepared(uploadId, 5 * 1024 * 1024)
    await harness.send(uploadId, bytes, [1, 2])
    await harness.must('completeUpload', { uploadId })

    expect(await storedType('long.txt')).toBe('text/plain; charset=utf-8')
  })

  it('is checked by its type without the encoding', async () => {
    await saveRules({ allowedTypes: 'text/markdown' })
    const source = await harness.registerFacts('a.txt', 1)

    const { refused } = await harness.must('queueUploads', {
      destinationId: destination.destinationId,
      items: [
        {
          sourceId: source.sourceId,
          relativePath: 'a.txt',
          contentType: 'text/plain',
          hash8: null,
          encoding: 'utf-8',
        },
      ],
    })

    expect(refused.map(({ failure }) => failure)).toEqual([
      { kind: 'type-not-allowed', contentType: 'text/plain' },
    ])
  })

  it.each([
    ['text/plain', 'text/plain; charset=utf-8'],
    ['text/plain; charset=iso-8859-1', 'text/plain; charset=iso-8859-1'],
  ])('with the rule %s, set after it was queued, becomes %s', async (value, type) => {
    const upload = await queued(await harness.registerFacts('a.log', UTF8.length), 'utf-8')
    await saveRules({ contentTypes: [{ name: 'log', value }] })

    await sent(upload.uploadId, UTF8)

    expect(await storedType('a.log')).toBe(type)
  })
})

describe('a text file that is uploaded again', () => {
  const fail = (uploadId: UploadId) =>
    harness.sync({
      marks: [{ uploadId, mark: { phase: 'failed', failure: { kind: 'source-changed' } } }],
    })

  it('is examined by the host if the page cannot', async () => {
    const source = await harness.registerFile('a.txt', UTF8)
    const old = await queued(source, 'utf-8')
    await fail(old.uploadId)
    writeFileSync(join(harness.folder, 'a.txt'), UTF16)

    const again = await harness.must('uploadAgain', { uploadId: old.uploadId, sourceId: null })

    expect(old.contentType).toBe('text/plain; charset=utf-8')
    expect(again.contentType).toBe('text/plain; charset=utf-16le')
  })

  it('may be cut in the middle of a character where the examined bytes end', async () => {
    const bytes = Buffer.concat([Buffer.alloc(TEXT_PROBE_BYTES - 1, 'a'), UTF8.subarray(2)])
    const old = await queued(await harness.registerFile('a.txt', WINDOWS), 'unknown')
    await fail(old.uploadId)
    writeFileSync(join(harness.folder, 'a.txt'), bytes)

    const again = await harness.must('uploadAgain', { uploadId: old.uploadId, sourceId: null })

    expect(again.contentType).toBe('text/plain; charset=utf-8')
  })

  it('gets the facts that the page found out about the file that was given again', async () => {
    const old = await queued(await harness.registerFacts('a.txt', UTF8.length), 'utf-8')
    await fail(old.uploadId)
    const { sourceId } = await harness.registerFacts('a.txt', WINDOWS.length)
    const facts: FileFacts = { contentType: 'text/plain', hash8: null, encoding: 'unknown' }

    const again = await harness.must('uploadAgain', { uploadId: old.uploadId, sourceId, facts })

    expect(await sent(again.uploadId, WINDOWS)).toEqual(['text/plain', 'attachment'])
  })

  it.each([
    ['short', Buffer.from('now'), Buffer.from('then')],
    ['long', Buffer.alloc(5_000_001, 'now'), Buffer.alloc(5_000_001, 'then')],
  ])('gets its name from its present bytes, when it is %s', async (_what, now, then) => {
    await saveRules({ keyTemplate: '{hash8}/{name}' })
    const was = await harness.registerFile('a.bin', then)
    const { uploads } = await harness.must('queueUploads', {
      destinationId: destination.destinationId,
      items: [
        {
          sourceId: was.sourceId,
          relativePath: 'a.bin',
          contentType: '',
          hash8: await hash8Of(new Blob([then])),
        },
      ],
    })
    const old = harness.only(uploads)
    await fail(old.uploadId)
    writeFileSync(join(harness.folder, 'a.bin'), now)

    const again = await harness.must('uploadAgain', { uploadId: old.uploadId, sourceId: null })

    expect(old.key).toBe(`${await hash8Of(new Blob([then]))}/a.bin`)
    expect(again.key).toBe(`${await hash8Of(new Blob([now]))}/a.bin`)
  })
})
