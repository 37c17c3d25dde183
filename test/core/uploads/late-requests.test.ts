import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import { CoreHarness, PART, someBytes } from '../../fakes/core-harness.ts'
import { FaultyHttp, loseRequest } from '../../fakes/faulty-http.ts'

const BYTES = someBytes(2 * PART)

let harness: CoreHarness
let http: FaultyHttp
let local: Destination

beforeEach(async () => {
  http = new FaultyHttp()
  harness = await CoreHarness.start({ storeHttp: http.storeHttp })
  local = await harness.must('openLocalBucket', {})
})

afterEach(() => harness.close())

/** The store answers the next request of this kind; then it carries out `event`. */
function nextIsFollowedBy(operation: string, event: () => Promise<unknown>): void {
  http.next(operation, async (_request, send) => {
    const answer = await send()
    await event()
    return answer
  })
}

/**
 * The cancel cut the connections, but the store had read enough of the requests to carry them out.
 */
describe('a request that the store carries out just after the check of a cancel', () => {
  it('leaves no object when it is a PUT', async () => {
    const { uploadId } = await harness.queueBytes(local, 'a.bin', BYTES)
    await harness.prepared(uploadId)
    const [put = expect.unreachable('nothing was signed')] = await harness.sign(
      uploadId,
      BYTES,
      [1],
    )
    const { url, headers, body } = put
    nextIsFollowedBy('head', () => fetch(url, { method: 'PUT', headers, body }))

    const cancelled = await harness.must('cancelUpload', { uploadId })

    expect(cancelled.status).toMatchObject({ phase: 'cancelled', storeIsClean: true })
    expect(await harness.stored(local)).toEqual({ keys: [], unfinished: [] })
  })

  it('leaves no multipart upload when it is a Create', async () => {
    const { uploadId } = await harness.queueBytes(local, 'a.bin', BYTES)
    http.next('create', loseRequest)
    await harness.prepare(uploadId, PART)
    const client = harness.otherClient(local)
    const create = new CreateMultipartUploadCommand({ Bucket: local.bucket, Key: 'a.bin' })
    nextIsFollowedBy('list-uploads', () => client.send(create))

    const cancelled = await harness.must('cancelUpload', { uploadId })
    client.destroy()

    expect(cancelled.status).toMatchObject({ phase: 'cancelled', storeIsClean: true })
    expect(await harness.stored(local)).toEqual({ keys: [], unfinished: [] })
  })
})
