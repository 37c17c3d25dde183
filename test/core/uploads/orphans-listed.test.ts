import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { CoreHarness, PART, someBytes } from '../../fakes/core-harness.ts'
import { FaultyHttp, loseAnswer } from '../../fakes/faulty-http.ts'

interface Heard {
  readonly response: { body: AsyncIterable<Uint8Array> }
}

let harness: CoreHarness
let http: FaultyHttp
let local: Destination
let uploadId: UploadId

beforeEach(async () => {
  http = new FaultyHttp()
  harness = await CoreHarness.start({ storeHttp: http.storeHttp })
  local = await harness.must('openLocalBucket', {})
  const queued = await harness.queueBytes(local, 'a.bin', someBytes(2 * PART))
  uploadId = queued.uploadId
  http.next('create', loseAnswer)
  await prepare()
})

afterEach(() => harness.close())

const prepare = () => harness.prepare(uploadId, PART)
const unfinished = async () => (await harness.stored(local)).unfinished

/** Changes the next list of uploads. */
function rewriteList(change: (xml: string) => string): void {
  http.next('list-uploads', async (_request, send) => {
    const heard = (await send()) as Heard
    const pieces: Uint8Array[] = []
    for await (const piece of heard.response.body) pieces.push(piece)
    const xml = change(Buffer.concat(pieces).toString())
    return { response: { ...heard.response, body: Readable.from([Buffer.from(xml)]) } }
  })
}

describe('a Create whose answer was lost', () => {
  it('is aborted when the upload begins again', async () => {
    await prepare()

    expect(await unfinished()).toEqual(['a.bin'])
  })

  it('is aborted, too, if the store writes its date in another form', async () => {
    rewriteList((xml) =>
      xml.replace(/<Initiated>([^<]*)</, (_, date: string) => {
        return `<Initiated>${new Date(date).toUTCString()}<`
      }),
    )

    await prepare()

    expect(await unfinished()).toEqual(['a.bin'])
  })

  it('is found on a later page of the list', async () => {
    rewriteList((xml) =>
      xml
        .replace(/<Upload>.*<\/Upload>/s, '')
        .replace(/<IsTruncated>.*/s, '<IsTruncated>true</IsTruncated>')
        .concat('<NextKeyMarker>a</NextKeyMarker></ListMultipartUploadsResult>'),
    )

    await prepare()

    expect(await unfinished()).toEqual(['a.bin'])
  })

  it.each([
    ['unreadably', '<Initiated>lately</Initiated>'],
    ['with an empty date', '<Initiated/>'],
    ['not at all', ''],
  ])('is left alone if the store dates it %s: it may be somebody else’s', async (_how, date) => {
    rewriteList((xml) => xml.replace(/<Initiated>[^<]*<\/Initiated>/, date))

    await prepare()

    expect(await unfinished()).toEqual(['a.bin', 'a.bin'])
  })

  it('is left alone if the store’s list cannot be read, and does not keep uploads from beginning', async () => {
    rewriteList((xml) => xml.slice(0, 100))

    const prepared = await prepare()

    expect(prepared.ok).toBe(true)
    expect(await unfinished()).toEqual(['a.bin', 'a.bin'])
  })
})
