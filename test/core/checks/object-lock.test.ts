import { ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { afterEach, describe, expect, it } from 'vitest'
import { checksumOf, PART, someBytes } from '../../fakes/core-harness.ts'
import { ObjectLock } from '../../fakes/object-lock.ts'
import { no, ruledHttp } from '../../fakes/ruled-http.ts'
import { storedIn, withClient } from './bucket-view.ts'
import { CheckWorld, lineOf, troubles } from './check-world.ts'

let world: CheckWorld | null = null

afterEach(async () => {
  await world?.close()
  world = null
})

async function lockedWorld(lock: ObjectLock): Promise<CheckWorld> {
  world = await CheckWorld.start({ storeHttp: ruledHttp(lock.rule) })
  await world.setVersioning('Enabled')
  return world
}

describe('a bucket with Object Lock', () => {
  it('gets a checksum with everything that the check puts there, except when testing without one', async () => {
    const lock = new ObjectLock()
    const locked = await lockedWorld(lock)

    const report = await locked.check()

    expect(troubles(report)).toEqual([
      'delete warned retention',
      'unfinished-rule warned unfinished-rule',
    ])
    expect(lock.refusedCount).toBe(0)
    expect(lineOf(report, 'conditional-writes')).toMatchObject({
      ...{ verdict: 'passed', finding: { put: 'honoured', complete: 'honoured' } },
    })
  })

  it.each([
    [30, 30],
    [null, null],
  ])('reports how long it keeps the check’s objects: %s', async (set, days) => {
    const lock = new ObjectLock()
    lock.days = set
    const locked = await lockedWorld(lock)

    const report = await locked.check()

    // If the settings say nothing, the refusal itself proves the retention.
    const finding = { kind: 'retention', days }
    expect(lineOf(report, 'delete')).toMatchObject({ verdict: 'warned', finding })
  })

  it('hides the retained versions under one marker, which later checks leave in place', async () => {
    const locked = await lockedWorld(new ObjectLock())
    const seen = () =>
      withClient(locked.other, async (client, Bucket) => {
        const { DeleteMarkers = [], Versions = [] } = await client.send(
          new ListObjectVersionsCommand({ Bucket }),
        )
        const latest = DeleteMarkers.filter(({ IsLatest }) => IsLatest).map(({ Key }) => Key)
        return { kept: new Set(Versions.map(({ Key }) => Key)), latest: new Set(latest) }
      })
    locked.agedMs = -11 * 60_000
    await locked.check()
    const first = await seen()
    locked.agedMs = 0

    await locked.check()

    const second = await seen()
    expect((await storedIn(locked.other)).keys).toEqual([])
    expect(first.latest).toEqual(first.kept)
    expect(second.latest).toEqual(second.kept)
    expect(second.kept.size).toBe(first.kept.size + 1)
  })

  it.each([1000, 2 * PART])('accepts the first upload without a check: %d bytes', async (size) => {
    const lock = new ObjectLock()
    const locked = await lockedWorld(lock)
    const { destination } = await locked.harness.must('saveDestination', locked.draft())
    const bytes = someBytes(size)
    const { uploadId } = await locked.harness.queueBytes(destination, 'a.bin', bytes)

    await locked.harness.prepared(uploadId, size > PART ? PART : null)
    const parts = size > PART ? [1, 2] : [1]
    const signed = await locked.harness.sign(uploadId, bytes, parts)

    for (const { headers } of signed) expect(Object.keys(headers).join()).toMatch(/checksum|md5/)
  })

  it('accepts uploads with keys that may not find out which checksums it verifies', async () => {
    const lock = new ObjectLock()
    world = await CheckWorld.start({
      storeHttp: ruledHttp((request, send) =>
        request.method === 'POST' ? no(403, 'AccessDenied') : lock.rule(request, send),
      ),
    })
    const { destination } = await world.harness.must('saveDestination', world.draft())
    const bytes = someBytes(1000)
    const { uploadId } = await world.harness.queueBytes(destination, 'a.bin', bytes)
    await world.harness.prepared(uploadId)

    const [signed] = await world.harness.sign(uploadId, bytes, [1])
    await world.harness.send(uploadId, bytes, [1])
    const done = await world.harness.must('completeUpload', { uploadId })

    expect(signed?.headers['content-md5']).toBe(await checksumOf('md5', bytes))
    expect(done.status).toMatchObject({ phase: 'done', proof: { level: 'whole' } })
  })
})
