import {
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import { CoreHarness, PART, someBytes } from '../../fakes/core-harness.ts'
import { FaultyHttp, loseAnswer, loseRequest } from '../../fakes/faulty-http.ts'
import { no, ruledHttp } from '../../fakes/ruled-http.ts'

const KEY = 'a.bin'
/** More than the store's clock and ours may differ without being noticed. */
const A_WHILE_MS = 60_000

let harness: CoreHarness
let http: FaultyHttp
let local: Destination
/** How long ago the uploads that the store receives now began. */
let agoMs: number

beforeEach(async () => {
  agoMs = 0
  http = new FaultyHttp()
  const now = () => Date.now() - agoMs
  harness = await CoreHarness.start({ storeHttp: http.storeHttp, now })
  local = await harness.must('openLocalBucket', {})
})

afterEach(() => harness.close())

/** Begins an upload as another program that writes to the same key does; returns its upload ID. */
async function foreignBeginning(partCount: number): Promise<string> {
  const client = harness.otherClient(local)
  const place = { Bucket: local.bucket, Key: KEY }
  const { UploadId = '' } = await client.send(new CreateMultipartUploadCommand(place))
  for (let PartNumber = 1; PartNumber <= partCount; PartNumber += 1) {
    const part = { ...place, UploadId, PartNumber, Body: someBytes(9) }
    await client.send(new UploadPartCommand(part))
  }
  client.destroy()
  return UploadId
}

async function unfinishedIds(): Promise<(string | undefined)[]> {
  const client = harness.otherClient(local)
  const place = { Bucket: local.bucket }
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand(place))
  client.destroy()
  return Uploads.filter(({ Key }) => Key === KEY).map(({ UploadId }) => UploadId)
}

/** An upload of ours that the store knows and we do not. */
async function lostBeginning() {
  const { uploadId } = await harness.queueBytes(local, KEY, someBytes(2 * PART))
  const before = new Set(await unfinishedIds())
  http.next('create', loseAnswer)
  const outcome = await harness.prepare(uploadId, PART)
  expect(outcome.ok).toBe(false)
  const [lost = expect.unreachable('nothing was begun')] = (await unfinishedIds()).filter(
    (id) => !before.has(id),
  )
  return { uploadId, lost }
}

describe("another program's unfinished upload under the key of our lost one", () => {
  it('is left alone when it has parts', async () => {
    const { uploadId, lost } = await lostBeginning()
    const foreign = await foreignBeginning(1)

    await harness.prepared(uploadId, PART)
    const left = await unfinishedIds()

    expect(left).toContain(foreign)
    expect(left).not.toContain(lost)
    expect(left).toHaveLength(2)
  })

  it('is left alone when it began before ours, with parts or without', async () => {
    agoMs = A_WHILE_MS
    const foreign = [await foreignBeginning(0), await foreignBeginning(1)]
    agoMs = 0
    const { uploadId, lost } = await lostBeginning()

    await harness.prepared(uploadId, PART)
    const left = await unfinishedIds()

    expect(left).toEqual(expect.arrayContaining(foreign))
    expect(left).not.toContain(lost)
    expect(left).toHaveLength(3)
  })

  it('is left alone if these access keys may not list its parts', async () => {
    const { uploadId } = await lostBeginning()
    const foreign = await foreignBeginning(1)
    const storeHttp = ruledHttp(({ method, query }) =>
      method === 'GET' && 'uploadId' in query ? no(403, 'AccessDenied') : null,
    )
    harness = await harness.restart({ storeHttp })

    const cancelled = await harness.must('cancelUpload', { uploadId })

    expect(cancelled.status).toMatchObject({ phase: 'cancelled', storeIsClean: true })
    expect(await unfinishedIds()).toContain(foreign)
  })

  it('is not touched while the store does not say whether it has parts', async () => {
    const { uploadId } = await lostBeginning()
    const foreign = await foreignBeginning(1)
    // The request is sent twice.
    http.next('list-parts', loseRequest).next('list-parts', loseRequest)

    const cancelled = await harness.must('cancelUpload', { uploadId })

    expect(cancelled.status).toMatchObject({ phase: 'cancelled', storeIsClean: false })
    expect(await unfinishedIds()).toContain(foreign)
  })

  it('is left alone when ours is cancelled, too', async () => {
    agoMs = A_WHILE_MS
    const older = await foreignBeginning(0)
    agoMs = 0
    const { uploadId } = await lostBeginning()
    const withPart = await foreignBeginning(1)

    const cancelled = await harness.must('cancelUpload', { uploadId })

    expect(cancelled.status).toMatchObject({ phase: 'cancelled', storeIsClean: true })
    expect((await unfinishedIds()).sort()).toEqual([older, withPart].sort())
  })
})
