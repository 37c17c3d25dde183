import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { SourceId, UploadId } from '../../../electron/contract/ids.ts'
import { openRecords } from '../../../electron/core/records/open-records.ts'
import type { NewUpload } from '../../../electron/core/records/records.ts'
import { TwoBuckets } from '../../attacks/two-buckets.ts'
import { someBytes } from '../../fakes/core-harness.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'
import { A_PLACE, destinationIdOf } from '../../fakes/upload-records.ts'

const BYTES = someBytes(10)

function anUpload(key: string): NewUpload {
  const source = { path: null, name: key, byteLength: 1, modifiedAtMs: 1, changedAtMs: null }
  return {
    uploadId: randomUUID() as UploadId,
    destinationId: destinationIdOf(1),
    sourceId: randomUUID() as SourceId,
    source,
    relativePath: key,
    name: key,
    folder: '',
    key,
    contentType: 'text/plain',
    token: 'token',
    createdAtMs: 0,
    keyOrigin: { keyTemplate: '{name}', wantedKey: key },
    hash8: null,
    statedType: null,
    encoding: null,
    decision: null,
  }
}

let world: TwoBuckets

beforeEach(async () => {
  world = await TwoBuckets.open()
})

afterEach(() => world.close())

/** Leaves the records as a version of Ferry that did not record buckets left them. */
async function forgetPlaces(): Promise<void> {
  await world.harness.core.close()
  const database = new DatabaseSync(join(world.harness.folder, 'records.sqlite'))
  database.exec('UPDATE transfers SET target_endpoint = NULL, target_bucket = NULL')
  database.close()
}

describe('records of an older version of Ferry', () => {
  it('belong to the bucket of their destination when this version first starts', async () => {
    const destination = await world.save(world.user)
    const { uploadId } = await world.upload(destination, 'a', BYTES)
    await forgetPlaces()
    await world.restart()
    const before = await world.harness.ask('createShareLink', { uploadId, linkSeconds: null })

    await world.move(destination, world.decoy)
    const moved = await world.harness.ask('createShareLink', { uploadId, linkSeconds: null })

    expect(before.ok).toBe(true)
    expect(moved).toMatchObject({ failure: { kind: 'destination-moved' } })
  })
})

describe('the bucket of an upload', () => {
  it('follows a region that the store names, as long as nothing was begun there', async () => {
    const { folder, remove } = temporaryFolder()
    onTestFinished(remove)
    const { records } = await openRecords(folder, 0)
    onTestFinished(() => records.close())
    const to = { ...A_PLACE, endpoint: 'https://eu.store.example', region: 'eu-2' }
    const integrity = { algorithm: 'crc32c', isChecked: true } as const
    const [waiting, begun, other] = ['waiting', 'begun', 'other'].map((key) => {
      const upload = anUpload(key)
      records.add([upload], (each) => each)
      const bucket = key === 'other' ? 'others' : A_PLACE.bucket
      const plan = { mode: 'single', byteLength: 1 } as const
      records.setPlan(upload.uploadId, plan, integrity, { ...A_PLACE, bucket })
      return upload.uploadId
    }) as [UploadId, UploadId, UploadId]
    records.setStoreUpload(begun, 'at-the-store', null)

    records.transfers.followTarget(destinationIdOf(1), A_PLACE, to)

    expect(records.find(waiting)?.target).toEqual(to)
    expect(records.find(begun)?.target).toEqual(A_PLACE)
    expect(records.find(other)?.target).toEqual({ ...A_PLACE, bucket: 'others' })
  })

  it('survives a restart', async () => {
    const destination = await world.save(world.user)
    const { uploadId } = await world.upload(destination, 'a', BYTES)
    await world.move(destination, world.decoy)
    await world.restart()

    const moved = await world.harness.ask('createShareLink', { uploadId, linkSeconds: null })

    expect(moved).toMatchObject({ failure: { kind: 'destination-moved' } })
  })
})
