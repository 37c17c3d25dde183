import { beforeEach, expect, it } from 'vitest'
import { OddStoreUpload } from '../../../fakes/odd-store-upload.ts'
import { plain, refusal } from '../../../fakes/stub-store.ts'

let upload: OddStoreUpload

beforeEach(async () => {
  upload = await OddStoreUpload.start()
  await upload.prepare()
  return () => upload.close()
})

const diagnose = () => upload.harness.ask('diagnoseSignature', { uploadId: upload.uploadId })

it.each([
  ['may list', plain(200, '<R/>', { 'content-type': 'application/xml' })],
  ['may not list', refusal(403, 'AccessDenied')],
  [
    'are kept from listing by a policy',
    refusal(403, 'AccessDenied', 'with an explicit deny in a resource-based policy'),
  ],
])(
  'blames the network path if a plain request passes: access keys that %s',
  async (_which, answer) => {
    upload.store.manners.list = answer

    expect(await diagnose()).toEqual({
      ok: true,
      value: { failure: { kind: 'request-rewritten', host: upload.stub.host } },
    })
  },
)

it.each([
  refusal(403, 'SignatureDoesNotMatch'),
  refusal(403, 'InvalidAccessKeyId'),
  refusal(403, 'UserSuspended'),
  plain(500, ''),
])('blames nothing else if a plain request is refused as well: %#', async (answer) => {
  upload.store.manners.list = answer

  expect(await diagnose()).toEqual({ ok: true, value: { failure: null } })
})

it('returns no diagnosis for an upload that has ended', async () => {
  await upload.harness.must('cancelUpload', { uploadId: upload.uploadId })

  expect(await diagnose()).toEqual({ ok: false, failure: { kind: 'wrong-state' } })
})
