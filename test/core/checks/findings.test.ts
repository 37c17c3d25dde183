import { CreateMultipartUploadCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import { DEFAULT_RULES } from '../../../electron/contract/rules/upload-rules.ts'
import { no, ruledHttp } from '../../fakes/ruled-http.ts'
import { storedIn, withClient } from './bucket-view.ts'
import { CheckWorld, lineOf } from './check-world.ts'

/** A bucket that accepts a thousand parts. */
let world: CheckWorld
const asked: string[] = []

beforeEach(async () => {
  asked.length = 0
  world = await CheckWorld.start({
    storeHttp: ruledHttp(({ method, query }) => {
      asked.push(`${method} ${Object.keys(query).join()}`)
      return Number(query.partNumber ?? 0) > 1000 ? no(400, 'InvalidArgument') : null
    }),
  })
})

afterEach(() => world.close())

const FOUND = {
  ...{ integrity: 'crc64nvme', conditionalPut: 'honoured', conditionalComplete: 'honoured' },
  ...{ takesPostForms: true, maxPartCount: 1000, versioning: 'off', unfinishedDays: null },
  isPublic: false,
}

async function only(): Promise<Destination> {
  const { destinations } = await world.harness.must('listDestinations', {})
  return world.harness.only(destinations)
}

it('keeps its findings when the draft is saved afterwards', async () => {
  await world.check({ provider: 'aws' })

  const draft = world.draft({ provider: 'aws' })
  const { destination } = await world.harness.must('saveDestination', draft)

  expect(destination).toMatchObject({ integrity: 'crc64nvme', maxPartCount: 1000, findings: FOUND })
  expect(await only()).toEqual(destination)
})

it('keeps them at once for a destination with the same address, and tells the page', async () => {
  const { destination } = await world.harness.must('saveDestination', world.draft())
  expect(destination.findings).toBeNull()

  await world.check({ destinationId: destination.destinationId, name: 'another' })

  expect(await only()).toMatchObject({ name: destination.name, findings: FOUND })
  const { destinations } = world.harness.heard.of('destinationsChanged').at(-1) ?? {}
  expect(destinations?.[0]?.findings).toMatchObject(FOUND)
})

it('keeps them when a saved form does not change the address', async () => {
  await world.check({ provider: 'aws' })
  const first = await world.harness.must('saveDestination', world.draft({ provider: 'aws' }))
  const { destinationId } = first.destination

  const draft = world.draft({ provider: 'aws', destinationId, prefix: 'elsewhere' })
  const again = await world.harness.must('saveDestination', draft)

  expect(again.destination).toMatchObject({ maxPartCount: 1000, findings: FOUND })
})

it('drops them when the address changes', async () => {
  await world.check()
  const { destination } = await world.harness.must('saveDestination', world.draft())
  const { destinationId } = destination

  const draft = world.draft({ destinationId, bucket: 'another' })
  const moved = await world.harness.must('saveDestination', draft)

  expect(moved.destination.findings).toBeNull()
})

it('saves the first upload from testing which checksums the store verifies', async () => {
  await world.check()
  const { destination } = await world.harness.must('saveDestination', world.draft())
  const { uploadId } = await world.harness.queueBytes(destination, 'a.txt', new Uint8Array(10))
  asked.length = 0

  await world.harness.prepared(uploadId)

  expect(asked.filter((each) => each.startsWith('POST'))).toEqual([])
})

it('keeps nothing from a check that did not finish', async () => {
  await world.check({ secretAccessKey: 'wrong' })

  const { destination } = await world.harness.must('saveDestination', world.draft())

  expect(destination.findings).toBeNull()
})

it('tests exactly the headers that the destination’s rules request', async () => {
  const { destination } = await world.harness.must('saveDestination', world.draft())
  const { destinationId } = destination
  const rules = { ...DEFAULT_RULES, storageClass: 'NO_SUCH_CLASS' }
  await world.harness.must('saveRules', { destinationId, rules })

  const report = await world.check({ destinationId })

  expect(lineOf(report, 'put')).toMatchObject({
    ...{ verdict: 'failed', finding: { failure: { kind: 'store-refused', status: 400 } } },
  })
})

it('removes what a killed check has left, but nothing newer and nothing of anybody else’s', async () => {
  const name = '.ferry-check-0123456789abcdef'
  const young = 'in/.ferry-check-fedcba9876543210'
  const put = (keys: readonly string[], begun: string) =>
    withClient(world.other, async (client, Bucket) => {
      for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
      await client.send(new CreateMultipartUploadCommand({ Bucket, Key: begun }))
    })
  world.agedMs = -11 * 60_000
  await put([`in/${name}`, `in/${name}-as.exe`, `in/${name}.txt`, 'in/a.txt', name], `in/${name}`)
  world.agedMs = 0
  await put([young], young)

  await world.check()

  const { keys, unfinished } = await storedIn(world.other)
  expect(keys.toSorted()).toEqual([name, `in/${name}.txt`, 'in/a.txt', young].toSorted())
  expect(unfinished).toEqual([young])
})
