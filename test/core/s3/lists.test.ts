import { afterEach, describe, expect, it } from 'vitest'
import { listParts } from '../../../electron/core/s3/list-parts.ts'
import { listUploads } from '../../../electron/core/s3/list-uploads.ts'
import { openStubStore, plain, StubStore } from '../../fakes/stub-store.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

const UPLOAD = { key: 'a.bin', storeUploadId: 'u' }
const signal = new AbortController().signal

const part = (number: number, etag = `e${number}`) =>
  `<Part><PartNumber>${number}</PartNumber><ETag>"${etag}"</ETag><Size>5</Size></Part>`
const parts = (...numbers: number[]) => numbers.map((each) => part(each)).join('')
const truncated = (isTruncated: boolean) => `<IsTruncated>${isTruncated}</IsTruncated>`
const next = (marker: number | string) => `<NextPartNumberMarker>${marker}</NextPartNumberMarker>`

/** A store that answers according to the query, and the queries that it received. */
async function openAnswering(answer: (query: URLSearchParams) => string) {
  const asked: string[] = []
  const stub = await StubStore.start((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://any')
    const markers = [...searchParams].filter(([name]) => name.includes('marker'))
    asked.push(markers.map(([name, value]) => `${name}=${value}`).join('&'))
    plain(200, `<R>${answer(searchParams)}</R>`)(request, response)
  })
  cleanUps.push(() => stub.close())
  const store = openStubStore(stub.endpoint)
  cleanUps.push(() => store.client.destroy())
  return { store, asked }
}

/** Pages by the marker that requests them. */
async function partsOf(pages: Readonly<Record<string, string>>, otherwise = '') {
  const { store, asked } = await openAnswering((query) => {
    return pages[query.get('part-number-marker') ?? ''] ?? otherwise
  })
  const listed = await listParts(store, UPLOAD)
  if (!listed.ok) throw new Error(listed.failure.kind)
  return { numbers: listed.value.map(({ partNumber }) => partNumber), listed: listed.value, asked }
}

describe('a list of parts over several pages', () => {
  const inTurn: [string, Record<string, string>, string][] = [
    [
      'as S3 writes it',
      { '': parts(1, 2) + truncated(true) + next(2), 2: parts(3) + truncated(false) },
      '2',
    ],
    [
      'whose next page is not named',
      { '': parts(1, 2) + truncated(true), 2: parts(3) + truncated(false) },
      '2',
    ],
    [
      'whose next page is named 0',
      { '': parts(1, 2) + truncated(true) + next(0), 2: parts(3) + truncated(false) },
      '2',
    ],
    [
      'whose next page is named in words',
      { '': parts(1, 2) + truncated(true) + next('x'), 2: parts(3) + truncated(false) },
      '2',
    ],
    ['that do not say whether there are more', { '': parts(1, 2), 2: parts(3), 3: '' }, '2'],
    [
      'with an empty page',
      { '': truncated(true) + next(2), 2: parts(1, 2, 3) + truncated(false) },
      '2',
    ],
    ['out of order', { '': parts(2, 1) + truncated(true), 2: parts(3) + truncated(false) }, '2'],
  ]

  it.each(inTurn)('is read to its end: %s', async (_how, pages, marker) => {
    const { numbers, asked } = await partsOf(pages)

    expect(numbers.toSorted()).toEqual([1, 2, 3])
    expect(asked[1]).toBe(`part-number-marker=${marker}`)
  })

  it.each([
    ['repeats its marker', parts(1, 2) + truncated(true) + next(2)],
    ['goes backwards', parts(5) + truncated(true) + next(1)],
    ['ignores markers and names none', parts(1, 2) + truncated(true)],
    ['is empty and says there is more', truncated(true)],
    ['never says whether there is more', parts(1, 2)],
  ])('ends if the store %s', async (_how, page) => {
    const { asked } = await partsOf({}, page)

    expect(asked.length).toBeLessThanOrEqual(3)
  })

  it('needs only one request if the store says that this is all', async () => {
    const { asked } = await partsOf({ '': parts(1, 2) + truncated(false) + next(2) })

    expect(asked).toEqual([''])
  })
})

describe('a listed part', () => {
  it('has only the facts that the store states', async () => {
    const { listed } = await partsOf({
      '':
        '<Part><PartNumber>1</PartNumber></Part>' +
        '<Part><PartNumber>2</PartNumber><ETag/><Size>many</Size></Part>' +
        `<Part><ETag>"x"</ETag></Part><Part/>${truncated(false)}`,
    })

    expect(listed).toEqual([
      { partNumber: 1, byteLength: null, etag: null, echoed: {} },
      { partNumber: 2, byteLength: null, etag: null, echoed: {} },
    ])
  })
})

describe('a list of unfinished uploads', () => {
  const upload = (key: string, id: string) =>
    `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>2026-12-08T00:00:00Z</Initiated></Upload>`
  const nextAt = (key: string, id: string) =>
    `<NextKeyMarker>${key}</NextKeyMarker><NextUploadIdMarker>${id}</NextUploadIdMarker>`

  async function uploadsOf(pages: Readonly<Record<string, string>>, otherwise = '') {
    const { store, asked } = await openAnswering((query) => {
      return pages[query.get('upload-id-marker') ?? ''] ?? otherwise
    })
    const listed = await listUploads(store, 'a', signal)
    if (!listed.ok) throw new Error(listed.failure.kind)
    return {
      ids: listed.value.map(({ storeUploadId }) => storeUploadId),
      listed: listed.value,
      asked,
    }
  }

  it.each([
    ['names the next page', nextAt('a', '2')],
    ['does not name it', ''],
  ])('is read to its end if the store %s', async (_how, marker) => {
    const { ids, asked } = await uploadsOf({
      '': upload('a', '1') + upload('a', '2') + truncated(true) + marker,
      2: upload('a', '3') + truncated(false),
    })

    expect(ids).toEqual(['1', '2', '3'])
    expect(asked[1]).toBe('key-marker=a&upload-id-marker=2')
  })

  it.each([
    ['repeats its marker', upload('a', '1') + truncated(true) + nextAt('a', '1')],
    ['ignores markers, as OpenStack Swift does', upload('a', '1') + truncated(true)],
    ['is empty and says there is more', truncated(true)],
  ])('ends if the store %s', async (_how, page) => {
    const { ids, asked } = await uploadsOf({}, page)

    expect(ids.length).toBeLessThanOrEqual(1)
    expect(asked.length).toBeLessThanOrEqual(3)
  })

  it('has no start times if the store gives none', async () => {
    const dated = upload('a', '1')
    const { listed } = await uploadsOf({
      '': dated + dated.replace('>1<', '>2<').replace('2026-12-08T00:00:00Z', 'lately'),
    })

    expect(listed.map(({ initiatedAtMs }) => initiatedAtMs)).toEqual([Date.UTC(2026, 11, 8), null])
  })
})
