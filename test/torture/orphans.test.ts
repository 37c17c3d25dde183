import { expect, it } from 'vitest'
import { orphansAmong } from './orphans.ts'
import type { RecordedUpload } from './recorded-uploads.ts'

function record(key: string, storeUploadId: string | null, hasBegun: boolean): RecordedUpload {
  const usual = { uploadId: key, name: key, byteLength: 1, token: 't', failureKind: null }
  return { ...usual, key, phase: 'waiting', storeUploadId, hasBegun }
}

it('matches uploads by their id, or by their key until the id is known', () => {
  const records = [
    record('known', 'id-1', true),
    record('awaited', null, true),
    record('not-begun', null, false),
  ]

  const orphans = orphansAmong(
    [
      { key: 'known', storeUploadId: 'id-1' },
      { key: 'known', storeUploadId: 'id-2' },
      { key: 'awaited', storeUploadId: 'id-3' },
      { key: 'not-begun', storeUploadId: 'id-4' },
      { key: 'foreign', storeUploadId: 'id-5' },
    ],
    records,
  )

  expect(orphans.map(({ storeUploadId }) => storeUploadId)).toEqual(['id-2', 'id-4', 'id-5'])
})
