import { gzipSync } from 'node:zlib'
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutBucketCorsCommand,
} from '@aws-sdk/client-s3'
import { afterEach, describe, expect, it } from 'vitest'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import type { Store } from '../../../electron/core/destinations/open-store.ts'
import { sendToStore } from '../../../electron/core/s3/request.ts'
import { type Answer, openStubStore, plain, refusal, StubStore } from '../../fakes/stub-store.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

const place = { Bucket: 'photos', Key: 'a.bin' }
const upload = { ...place, UploadId: 'u' }

/** The result of one request that gets this answer. */
async function heard<T>(
  answer: Answer,
  request: (store: Store) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const stub = await StubStore.start(answer)
  cleanUps.push(() => stub.close())
  const store = openStubStore(stub.endpoint)
  cleanUps.push(() => store.client.destroy())
  return request(store)
}

const create = (answer: Answer) =>
  heard(answer, (store) =>
    sendToStore(store, (client) => client.send(new CreateMultipartUploadCommand(place))),
  )
const head = (answer: Answer) =>
  heard(answer, (store) =>
    sendToStore(store, (client) => client.send(new HeadObjectCommand(place))),
  )
const parts = (answer: Answer) =>
  heard(answer, (store) =>
    sendToStore(store, (client) => client.send(new ListPartsCommand(upload))),
  )
const beginnings = (answer: Answer) =>
  heard(answer, (store) =>
    sendToStore(store, (client) =>
      client.send(new ListMultipartUploadsCommand({ Bucket: 'photos' })),
    ),
  )

const begun =
  '<InitiateMultipartUploadResult><UploadId>u-1</UploadId></InitiateMultipartUploadResult>'
const onePart =
  '<Part><PartNumber>1</PartNumber><ETag>&quot;e&quot;</ETag><Size>5</Size></Part>' +
  '<IsTruncated>false</IsTruncated>'
const listing = (inside: string) => `<ListPartsResult>${inside}</ListPartsResult>`
const PART = { PartNumber: 1, ETag: '"e"', Size: 5 }

describe('a date that Ferry does not read', () => {
  it.each([
    ['x-amz-abort-date', '2026-12-08T00:00:00Z'],
    ['x-amz-abort-date', 'soon'],
    ['last-modified', '2026-12-08T00:00:00Z'],
    ['expires', '-1'],
    ['x-amz-object-lock-retain-until-date', 'Tue, 08 Dec 2026 00:00:00 GMT'],
    ['x-amz-mp-parts-count', 'many'],
  ])('causes no failure in a header: %s: %s', async (name, value) => {
    const created = await create(plain(200, begun, { [name]: value }))
    const headed = await head(plain(200, '', { etag: '"e"', 'content-length': '7', [name]: value }))

    expect(created).toMatchObject({ ok: true, value: { UploadId: 'u-1' } })
    expect(headed).toMatchObject({ ok: true, value: { ETag: '"e"', ContentLength: 7 } })
  })

  it.each(['Tue, 08 Dec 2026 00:00:00 GMT', 'never', '', '<Date>2026</Date>'])(
    'causes no failure in a document: %s',
    async (date) => {
      const dated = onePart.replace('<ETag>', `<LastModified>${date}</LastModified><ETag>`)
      const buckets = `<R><Buckets><Bucket><Name>photos</Name><CreationDate>${date}</CreationDate></Bucket></Buckets></R>`
      const rule = '<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation>'
      const lifecycle = `<R><Rule><Expiration><Date>${date}</Date></Expiration>${rule}</AbortIncompleteMultipartUpload></Rule></R>`

      const listed = await parts(plain(200, listing(dated)))
      const named = await heard(plain(200, buckets), (store) =>
        sendToStore(store, (client) => client.send(new ListBucketsCommand())),
      )
      const rules = await heard(plain(200, lifecycle), (store) =>
        sendToStore(store, (client) =>
          client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: 'photos' })),
        ),
      )

      expect(listed).toMatchObject({ ok: true, value: { Parts: [PART] } })
      expect(named).toMatchObject({ ok: true, value: { Buckets: [{ Name: 'photos' }] } })
      const days = { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }
      expect(rules).toMatchObject({ ok: true, value: { Rules: [days] } })
    },
  )
})

describe('a date that Ferry reads', () => {
  const since = (initiated: string) =>
    plain(
      200,
      `<R><Upload><Key>a.bin</Key><UploadId>u</UploadId>${initiated}</Upload><Upload><Key>b</Key></Upload></R>`,
    )

  it.each(['Tue, 08 Dec 2026 00:00:00 GMT', '2026-12-08 00:00:00', '1796688000'])(
    'is read in other forms: %s',
    async (date) => {
      const listed = await beginnings(since(`<Initiated>${date}</Initiated>`))

      const Initiated = new Date('2026-12-08T00:00:00Z')
      expect(listed).toMatchObject({
        ok: true,
        value: { Uploads: [{ Key: 'a.bin', UploadId: 'u', Initiated }, { Key: 'b' }] },
      })
    },
  )

  it('is unknown if it cannot be read', async () => {
    const listed = await beginnings(since('<Initiated>yesterday</Initiated>'))

    expect(listed.ok && listed.value.Uploads?.[0]).toEqual({ Key: 'a.bin', UploadId: 'u' })
  })
})

describe('a document', () => {
  it.each([
    ['after a byte-order mark', `\ufeff<?xml version="1.0" encoding="utf-8"?>${listing(onePart)}`],
    ['after white space', `\n \n<?xml version="1.0"?>\n${listing(onePart)}\n`],
    [
      'with namespace prefixes',
      listing(onePart)
        .replaceAll(/<(\/?)/g, '<$1s3:')
        .replace('>', ' xmlns:s3="x">'),
    ],
    ['with attributes', listing(onePart).replaceAll('<ETag>', '<ETag xsi:type="string">')],
    ['with unknown elements', listing(`<A><B>1</B></A><Owner><ID/></Owner>${onePart}`)],
    [
      'with an element twice',
      listing(`<Bucket>a</Bucket><Bucket>b</Bucket>${onePart}<IsTruncated>false</IsTruncated>`),
    ],
    [
      'with an element where a text belongs',
      listing(`<StorageClass><A/></StorageClass>${onePart}`),
    ],
    ['with white space around its texts', listing(onePart.replaceAll(/>([^<]+)</g, '>\n  $1\n<'))],
    ['with CDATA', listing(onePart.replace('&quot;e&quot;', '<![CDATA["e"]]>'))],
    ['with an ampersand that is not escaped', listing(`<Key>a&b.bin</Key>${onePart}`)],
  ])('is read %s', async (_how, body) => {
    const listed = await parts(plain(200, body))

    expect(listed).toMatchObject({ ok: true, value: { Parts: [PART], IsTruncated: false } })
  })

  it.each([
    ['in UTF-16', Buffer.from(`\ufeff${listing(onePart)}`, 'utf16le')],
    ['compressed by a proxy', gzipSync(listing(onePart))],
  ])('is read %s', async (_how, body) => {
    const listed = await parts((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end(body)
    })

    expect(listed).toMatchObject({ ok: true, value: { Parts: [PART] } })
  })

  it('in a refusal is read after a byte-order mark and under another name', async () => {
    const inside = '<Code>NoSuchUpload</Code><Message>No.</Message>'
    const marked = await parts(plain(404, `\ufeff<?xml version="1.0"?><Error>${inside}</Error>`))
    const wrapped = await parts(
      plain(404, `<ErrorResponse><Error>${inside}</Error></ErrorResponse>`),
    )

    const gone = { ok: false, failure: { kind: 'upload-gone' } }
    expect([marked, wrapped]).toMatchObject([gone, gone])
  })

  it('with status 200 and an error is a refusal', async () => {
    const listed = await parts(plain(200, '<Error><Code>NoSuchUpload</Code></Error>\n'))

    expect(listed).toMatchObject({ ok: false, failure: { kind: 'upload-gone' } })
  })

  it('keeps object keys as they are, escaped or not', async () => {
    const key = ' a&amp;b &lt;1&gt;&#13;.bin '
    const listed = await beginnings(plain(200, `<R><Upload><Key>${key}</Key></Upload></R>`))

    expect(listed).toMatchObject({ value: { Uploads: [{ Key: ' a&b <1>\r.bin ' }] } })
  })
})

describe('an unreadable answer', () => {
  const cut = '<ListPartsResult><Part><PartNumber>1</Part'
  const id = { 'x-amz-request-id': '1' }
  const stores = { kind: 'answer-unreadable' }
  const pages = { kind: 'not-s3' }

  it.each([
    ['with a request ID', plain(200, cut, id), stores],
    ['from a server that is a store', plain(200, '{}', { server: 'MinIO' }), stores],
    ['with S3’s document cut short', plain(200, cut), stores],
    ['empty, with a request id', plain(200, '', id), stores],
    ['from an unknown server', plain(200, 'It works!', { server: 'nginx' }), pages],
    ['empty', plain(200, ''), pages],
    ['that is a web page', plain(200, '<!DOCTYPE html><html><p>Hi', id), pages],
    [
      'that is a web page of well-formed XML',
      plain(200, '<html xmlns="x"><p>Hi</p></html>'),
      pages,
    ],
    ['that is a web page behind CloudFront', plain(200, '<html>', { 'x-amz-cf-id': '1' }), pages],
  ])('%s is attributed to its sender', async (_whose, answer, failure) => {
    expect(await parts(answer)).toMatchObject({ ok: false, failure })
  })

  it('to Create without an upload ID begins no upload', async () => {
    const created = await create(plain(200, begun.replace('u-1', ''), id))

    expect(created).toMatchObject({ ok: false, failure: stores })
  })

  it('from a store that refuses is judged by its status', async () => {
    const body = '{"code":"Forbidden"}'
    const refused = await parts(plain(403, body, { ...id, 'content-type': 'application/json' }))

    expect(refused).toMatchObject({ ok: false, failure: { kind: 'access-denied' } })
  })

  it('does not matter if nobody reads it, unless it is a web page', async () => {
    const remove = (answer: Answer) =>
      heard(answer, (store) =>
        sendToStore(store, (client) => client.send(new DeleteObjectCommand(place))),
      )

    expect(await remove(plain(200, 'OK'))).toMatchObject({ ok: true })
    expect(await remove(plain(200, '<html>Created</html>', id))).toMatchObject({ ok: true })
    expect(await remove(plain(200, '<html>Log in</html>'))).toMatchObject({ failure: pages })
  })
})

describe('data that stays unchanged', () => {
  it('includes the length of an object, unless a proxy encoded it', async () => {
    const plainly = await head(plain(200, '', { 'content-length': '7' }))
    const zipped = await head(plain(200, '', { 'content-length': '7', 'content-encoding': 'gzip' }))

    expect(plainly).toMatchObject({ value: { ContentLength: 7 } })
    expect(zipped.ok && zipped.value.ContentLength).toBeUndefined()
  })

  it('includes the body of an object, whatever it looks like', async () => {
    const got = await heard(plain(200, '<html>mine</html>'), (store) =>
      sendToStore(store, async (client) => {
        const { Body } = await client.send(new GetObjectCommand(place))
        return Body?.transformToString()
      }),
    )

    expect(got).toEqual({ ok: true, value: '<html>mine</html>' })
  })

  it('includes a refusal of a command without an answer document', async () => {
    const put = await heard(refusal(403, 'AccessDenied'), (store) =>
      sendToStore(store, (client) =>
        client.send(
          new PutBucketCorsCommand({ Bucket: 'photos', CORSConfiguration: { CORSRules: [] } }),
        ),
      ),
    )

    expect(put).toMatchObject({
      ok: false,
      failure: { kind: 'access-denied', action: 's3:PutBucketCORS' },
    })
  })
})
