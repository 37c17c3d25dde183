import { afterEach, beforeEach, expect, it } from 'vitest'
import { CheckStep } from '../../../electron/contract/commands/checks.ts'
import { storedIn, versionsIn } from './bucket-view.ts'
import { CheckWorld, findingOf, lineOf, newCheckId, troubles } from './check-world.ts'

let world: CheckWorld

beforeEach(async () => {
  world = await CheckWorld.start()
})

afterEach(() => world.close())

it('passes every step for a healthy bucket, and leaves nothing in it', async () => {
  const report = await world.check()

  expect(report.lines.map((line) => line.step)).toEqual(CheckStep.options)
  expect(troubles(report)).toEqual(['unfinished-rule warned unfinished-rule'])
  expect(report.lines.filter((line) => line.verdict === 'unknown')).toEqual([])
  expect(report.notes).toEqual([{ field: 'prefix', change: 'slash-added' }])
  expect(findingOf(report, 'checksums')).toEqual({
    kind: 'checksums',
    verified: ['crc64nvme', 'crc32c', 'sha256', 'md5'],
  })
  expect(findingOf(report, 'conditional-writes')).toEqual({
    ...{ kind: 'conditional-writes', put: 'honoured', complete: 'honoured' },
  })
  expect(findingOf(report, 'post-forms')).toEqual({ kind: 'post-forms', isTaken: true })
  expect(findingOf(report, 'part-limit')).toEqual({ kind: 'part-limit', maxPartCount: 10_000 })
  expect(await storedIn(world.other)).toEqual({ keys: [], unfinished: [] })
})

it('reports each line as it finds it, in the order in which they are shown', async () => {
  const checkId = newCheckId()
  const outcome = await world.ask({}, checkId)

  const reported = world.harness.heard.of('checkProgressed')
  expect(reported.map((each) => each.checkId)).toEqual(CheckStep.options.map(() => checkId))
  expect(outcome.ok ? outcome.value.lines : []).toEqual(reported.map((each) => each.line))
})

it('uses the stored secret if the form leaves it empty', async () => {
  const draft = world.draft({ keepSecret: true })
  const { destination } = await world.harness.must('saveDestination', draft)
  const { destinationId } = destination

  const report = await world.check({ destinationId, secretAccessKey: '' })

  expect(lineOf(report, 'put').verdict).toBe('passed')
})

it('needs no CORS if the host answers for the bucket', async () => {
  const desktop = await CheckWorld.start({ isCorsHandled: true }, [])

  const report = await desktop.check()
  await desktop.close()

  expect(lineOf(report, 'cors')).toMatchObject({
    ...{ verdict: 'passed', finding: { kind: 'cors-not-needed' } },
  })
})

it('leaves neither a version nor a marker in a bucket with versioning', async () => {
  await world.setVersioning('Enabled')
  const enabled = await world.check()
  const leftByOn = await versionsIn(world.other)
  await world.setVersioning('Suspended')
  const suspended = await world.check()

  expect(findingOf(enabled, 'versioning')).toEqual({ kind: 'versioning', state: 'on' })
  expect(lineOf(enabled, 'delete').verdict).toBe('passed')
  expect(leftByOn).toEqual([])
  expect(findingOf(suspended, 'versioning')).toEqual({ kind: 'versioning', state: 'suspended' })
  expect(await versionsIn(world.other)).toEqual([])
})

it('writes no secret and no signature into the log', async () => {
  await world.check()
  await world.check({ secretAccessKey: 'a-wrong-secret' })

  const { log } = world.harness.heard
  expect(log).not.toContain('a-wrong-secret')
  expect(log).not.toContain(world.draft().secretAccessKey)
  expect(log).not.toContain('X-Amz-Signature')
})
