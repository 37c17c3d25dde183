import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TwoBuckets } from '../../attacks/two-buckets.ts'
import { someBytes } from '../../fakes/core-harness.ts'

const BYTES = someBytes(10)

let world: TwoBuckets

beforeEach(async () => {
  world = await TwoBuckets.open()
})

afterEach(() => world.close())

/** As a Ferry left them that did not write places down. */
async function forgetPlaces(): Promise<void> {
  await world.harness.core.close()
  const database = new DatabaseSync(join(world.harness.folder, 'records.sqlite'))
  database.exec('UPDATE uploads SET place_endpoint = NULL, place_bucket = NULL')
  database.close()
}

describe('records of an older Ferry', () => {
  it('belong to where their destination points when this one first starts', async () => {
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

describe('a place', () => {
  it('outlives a restart', async () => {
    const destination = await world.save(world.user)
    const { uploadId } = await world.upload(destination, 'a', BYTES)
    await world.move(destination, world.decoy)
    await world.restart()

    const moved = await world.harness.ask('createShareLink', { uploadId, linkSeconds: null })

    expect(moved).toMatchObject({ failure: { kind: 'destination-moved' } })
  })
})
