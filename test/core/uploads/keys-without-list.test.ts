import { afterEach, expect, it } from 'vitest'
import { CoreHarness, PART, someBytes } from '../../fakes/core-harness.ts'
import { type HttpRule, lineOfRequest, no, ruledHttp } from '../../fakes/ruled-http.ts'

const BYTES = someBytes(PART + 3)

let harness: CoreHarness

afterEach(() => harness.close())

/**
 * Answers as Ceph does to access keys that may not list the bucket: access to missing objects is
 * denied.
 */
const denyingWhatIsGone: HttpRule = async (request, send) => {
  if (!/^(GET \?uploadId|HEAD)$/.test(lineOfRequest(request))) return null
  return (await send()).statusCode === 404 ? no(403, 'AccessDenied') : null
}

async function sentUnder(rule: HttpRule) {
  harness = await CoreHarness.start({ storeHttp: ruledHttp(rule) })
  const local = await harness.must('openLocalBucket', {})
  const { uploadId } = await harness.queueBytes(local, 'a.bin', BYTES)
  await harness.prepared(uploadId, PART)
  await harness.send(uploadId, BYTES, [1, 2])
  return { local, uploadId }
}

it('learn from an Abort that finds nothing that nothing is left of a cancelled upload', async () => {
  const { local, uploadId } = await sentUnder(denyingWhatIsGone)

  const { status } = await harness.must('cancelUpload', { uploadId })

  expect(status).toEqual({ phase: 'cancelled', storeIsClean: true, why: 'person' })
  expect(await harness.stored(local)).toEqual({ keys: [], unfinished: [] })
})

it('do not report a clean store while no Abort gets through', async () => {
  const { uploadId } = await sentUnder((request) =>
    /^(GET|DELETE) \?uploadId$/.test(lineOfRequest(request)) ? no(403, 'AccessDenied') : null,
  )

  const { status } = await harness.must('cancelUpload', { uploadId })

  expect(status).toMatchObject({ phase: 'cancelled', storeIsClean: false })
})

it('find the object when the answer to Complete was lost', async () => {
  let isCut = false
  const { local, uploadId } = await sentUnder((request, send) => {
    const line = lineOfRequest(request)
    if (line === 'POST ?uploadId') isCut = true
    return isCut && line === 'HEAD' ? no(503, 'SlowDown') : denyingWhatIsGone(request, send)
  })
  const unheard = await harness.ask('completeUpload', { uploadId })

  isCut = false
  const prepared = await harness.prepared(uploadId)
  const { status } = await harness.must('completeUpload', { uploadId })

  expect(unheard.ok).toBe(false)
  expect(prepared).toMatchObject({ held: [], isComplete: true })
  expect(status.phase).toBe('done')
  expect((await harness.stored(local)).keys).toEqual(['a.bin'])
})
