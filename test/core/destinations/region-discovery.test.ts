import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import type { DestinationDraft } from '../../../electron/contract/destination-draft.ts'
import { inRegion } from '../../../electron/core/destinations/region-discovery.ts'
import { aDraft } from '../../fakes/a-draft.ts'
import { CoreHarness, someBytes } from '../../fakes/core-harness.ts'
import { type Answer, plain, refusal, StubStore } from '../../fakes/stub-store.ts'

describe('a destination in another region', () => {
  const at = (provider: Destination['provider'], endpoint: string, region: string) => ({
    provider,
    endpoint,
    region,
  })

  it('gets another address if the addresses name the region', () => {
    const aws = at('aws', 'https://s3.us-east-1.amazonaws.com', 'us-east-1')

    expect(inRegion(aws, 'eu-central-1')).toEqual(
      at('aws', 'https://s3.eu-central-1.amazonaws.com', 'eu-central-1'),
    )
  })

  it('keeps the address of the user’s own server', () => {
    const garage = at('garage', 'https://garage.example.org', 'us-east-1')

    expect(inRegion(garage, 'garage')).toEqual({ ...garage, region: 'garage' })
  })

  it.each(['eu.evil.org/', 'eu@evil.org', 'a b', '', '-', 'a'.repeat(64), 'eu#'])(
    'rejects “%s” as a region',
    (region) => {
      expect(inRegion(at('aws', 'https://s3.us-east-1.amazonaws.com', 'us-east-1'), region)).toBe(
        null,
      )
    },
  )

  it('is unchanged if the region is the same', () => {
    expect(inRegion(at('other', 'https://s3.example.org', 'eu-1'), 'eu-1')).toBe(null)
  })
})

let harness: CoreHarness

beforeEach(async () => {
  harness = await CoreHarness.start()
})

afterEach(() => harness.close())

const save = (changes: Partial<DestinationDraft>) =>
  harness.must('saveDestination', aDraft(changes))

async function onLocalBucket(changes: Partial<DestinationDraft> = {}) {
  const local = await harness.must('openLocalBucket', {})
  const { endpoint, bucket } = local
  return { local, ...(await save({ endpoint, bucket, ...harness.localKeys(), ...changes })) }
}

const correction = { field: 'region', change: 'region-corrected' }

describe('saving', () => {
  it('finds the region that the store expects', async () => {
    const { local, destination, notes } = await onLocalBucket({ region: 'far-away-1' })

    expect(destination.region).toBe(local.region)
    expect(notes).toEqual([correction])
  })

  it('keeps a region that the store accepts', async () => {
    const { local } = await onLocalBucket()

    const { notes } = await onLocalBucket({ region: local.region })

    expect(notes).toEqual([])
  })

  const answers: readonly (readonly [string, Answer, string])[] = [
    [
      'a redirect and a header',
      refusal(301, 'PermanentRedirect', 'Elsewhere.', { 'x-amz-bucket-region': 'eu-west-3' }),
      'eu-west-3',
    ],
    [
      'the error’s own word',
      refusal(400, 'AuthorizationHeaderMalformed', 'No.', {}, '<Region>garage</Region>'),
      'garage',
    ],
    [
      'a region that is none',
      refusal(301, 'PermanentRedirect', 'No.', {}, '<Region>a/b</Region>'),
      'eu-1',
    ],
    ['another refusal', refusal(403, 'AccessDenied'), 'eu-1'],
    ['a web page', plain(200, '<html></html>', { 'content-type': 'text/html' }), 'eu-1'],
  ]
  it.each(answers)('reads %s', async (_, answer, region) => {
    const stub = await StubStore.start(answer)

    const { destination, notes } = await save({ endpoint: stub.endpoint })
    await stub.close()

    expect(destination.region).toBe(region)
    expect(notes).toEqual(region === 'eu-1' ? [] : [correction])
  })

  it('does not wait long for a silent store, and stores what was typed', async () => {
    const stub = await StubStore.start(() => undefined)

    const { destination, notes } = await save({ endpoint: stub.endpoint })
    await stub.close()

    expect([destination.region, notes]).toEqual(['eu-1', []])
  })
})

describe('an upload to the wrong region', () => {
  it('corrects the destination by itself and continues', async () => {
    const { local, destination } = await onLocalBucket()
    await moveTo('far-away-1', destination)
    const bytes = someBytes(3)
    const one = await harness.queueBytes(destination, 'one.txt', bytes)
    const two = await harness.queueBytes(destination, 'two.txt', bytes)

    await Promise.all(
      [one, two].map(async ({ uploadId }) => {
        await harness.prepared(uploadId)
        await harness.send(uploadId, bytes, [1])
        await harness.must('completeUpload', { uploadId })
      }),
    )

    const { destinations } = await harness.must('listDestinations', {})
    expect(destinations.map(({ region }) => region)).toEqual([local.region, local.region])
    expect((await harness.stored(local)).keys).toEqual(['in/one.txt', 'in/two.txt'])
    expect(harness.heard.of('destinationsChanged').at(-1)?.destinations).toEqual(destinations)
  })

  it('fails if the store does not say which region is right', async () => {
    const stub = await StubStore.start(refusal(400, 'AuthorizationHeaderMalformed'))
    const { destination } = await save({ endpoint: stub.endpoint })
    const { uploadId } = await harness.queueBytes(destination, 'a', someBytes(1))

    const prepared = await harness.prepare(uploadId)
    await stub.close()

    expect(prepared).toMatchObject({
      ok: false,
      failure: { kind: 'region-wrong', region: null },
    })
  })

  it('asks a store that keeps naming other regions no more than twice', async () => {
    let named = 0
    const stub = await StubStore.start((request, response) => {
      named += 1
      const region = `<Region>region-${named}</Region>`
      refusal(400, 'AuthorizationHeaderMalformed', 'No.', {}, region)(request, response)
    })
    const { destination } = await save({ endpoint: stub.endpoint })
    const { uploadId } = await harness.queueBytes(destination, 'a', someBytes(1))

    const prepared = await harness.prepare(uploadId)
    await stub.close()

    expect(prepared).toMatchObject({ ok: false, failure: { kind: 'region-wrong' } })
    expect(stub.requests.length).toBeLessThan(10)
  })
})

/** As if the store had moved the bucket, or somebody had tampered with the settings. */
async function moveTo(region: string, { destinationId }: Destination): Promise<void> {
  const file = join(harness.folder, 'settings.json')
  await harness.core.close()
  const settings = JSON.parse(readFileSync(file, 'utf8'))
  for (const each of settings.destinations.list) {
    if (each.destinationId === destinationId) each.region = region
  }
  writeFileSync(file, JSON.stringify(settings))
  harness = await harness.restart()
}
