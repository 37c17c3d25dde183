import { afterEach, expect, it } from 'vitest'
import { CheckStep } from '../../../electron/contract/commands/checks.ts'
import type { CorePorts } from '../../../electron/core/ports.ts'
import { lineOfRequest, no, ruledHttp } from '../../fakes/ruled-http.ts'
import { plain } from '../../fakes/stub-store.ts'
import { storedIn, versionsIn } from './bucket-view.ts'
import { CheckWorld, newCheckId } from './check-world.ts'

const NOTHING = { keys: [], unfinished: [] }

let world: CheckWorld | null = null

afterEach(async () => {
  await world?.close()
  world = null
})

async function started(changes: Partial<CorePorts> = {}): Promise<CheckWorld> {
  world = await CheckWorld.start(changes)
  return world
}

it.each(CheckStep.options.slice(0, -1))(
  'leaves nothing when it is cancelled after %s',
  async (step) => {
    const checkId = newCheckId()
    let cancelled: Promise<unknown> = Promise.resolve()
    const at = await started({
      notify: (name, payload) => {
        const isHere = name === 'checkProgressed' && 'line' in payload && payload.line.step === step
        if (isHere) cancelled = at.harness.must('cancelCheck', { checkId })
      },
    })

    const outcome = await at.ask({}, checkId)

    await cancelled
    expect(await storedIn(at.other)).toEqual(NOTHING)
    const lines = outcome.ok ? outcome.value.lines : []
    expect(lines.slice(CheckStep.options.indexOf(step) + 1)).toEqual(
      CheckStep.options
        .slice(CheckStep.options.indexOf(step) + 1)
        .map((each) => ({ step: each, verdict: 'unknown', finding: null, fix: null })),
    )
  },
)

it('is cancelled when it answers, and does not know a check that has ended', async () => {
  const at = await started()

  expect(await at.harness.must('cancelCheck', { checkId: newCheckId() })).toEqual({})
})

it('leaves nothing when a write in progress arrives after the cancellation', async () => {
  const checkId = newCheckId()
  const atStore = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const at = await started({
    storeHttp: ruledHttp(async (request, send) => {
      if (lineOfRequest(request) !== 'PUT') return null
      atStore.resolve()
      await goOn.promise
      await send()
      return null
    }),
  })
  const checking = at.ask({}, checkId)
  await atStore.promise

  const cancelling = at.harness.ask('cancelCheck', { checkId })
  goOn.resolve()
  await Promise.all([checking, cancelling])

  expect(await storedIn(at.other)).toEqual(NOTHING)
})

it('leaves nothing when Ferry is closed in the middle of a check', async () => {
  const at = await started({
    notify: (name, payload) => {
      const isHere = name === 'checkProgressed' && 'line' in payload && payload.line.step === 'get'
      if (isHere) closed = at.harness.core.close()
    },
  })
  let closed: Promise<void> = Promise.resolve()

  await at.ask()

  await closed
  expect(await storedIn(at.other)).toEqual(NOTHING)
})

it('lets Ferry be closed although the store has stopped answering', async () => {
  const at = await started()
  const silent = Promise.withResolvers<void>()
  const stub = await at.stub((request, response) => {
    if (request.method === 'GET')
      plain(200, '<ListBucketResult></ListBucketResult>')(request, response)
    else silent.resolve()
  })
  const checking = at.ask({ endpoint: stub.endpoint })
  await silent.promise

  await at.harness.core.close()

  const outcome = await checking
  const lines = outcome.ok ? outcome.value.lines : []
  expect(lines.find((line) => line.step === 'put')?.verdict).toBe('unknown')
})

/** The answer to each write is lost once; in four runs, since each is a whole check. */
it.each([1, 2, 3, 4])(
  'leaves nothing, whichever answer of the store is lost: %d',
  { timeout: 60_000 },
  async (turn) => {
    let count = 0
    let lost = Number.POSITIVE_INFINITY
    const at = await started({
      storeHttp: ruledHttp(async (request, send) => {
        if (request.method === 'GET' || request.method === 'OPTIONS') return null
        count += 1
        if (count !== lost) return null
        await send()
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
      }),
    })
    await at.setVersioning('Enabled')
    await at.check()
    const writes = count

    for (lost = turn; lost <= writes; lost += 4) {
      count = 0
      await at.check()
      expect({ lost, left: await versionsIn(at.other) }).toEqual({ lost, left: [] })
      expect({ lost, ...(await storedIn(at.other)) }).toEqual({ lost, ...NOTHING })
    }
  },
)

it('removes what its keys could not delete once they may', async () => {
  let mayRemove = false
  const at = await started({
    storeHttp: ruledHttp(({ method }) =>
      method === 'DELETE' && !mayRemove ? no(403, 'AccessDenied') : null,
    ),
  })
  await at.check()
  const left = await storedIn(at.other)

  mayRemove = true

  expect([left.keys.length, left.unfinished.length > 0]).toEqual([1, true])
  await expect.poll(() => storedIn(at.other)).toEqual(NOTHING)
})

it('removes what it could not reach during an outage once the store is reachable again', async () => {
  let line: 'whole' | 'dead' | 'mended' = 'whole'
  const at = await started({
    storeHttp: ruledHttp(({ method }) => {
      if (line === 'whole' && method === 'DELETE') line = 'dead'
      if (line !== 'dead') return null
      throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
    }),
  })
  await at.check()
  const left = await storedIn(at.other)

  line = 'mended'

  expect([left.keys.length, left.unfinished.length]).toEqual([1, 1])
  await expect.poll(() => storedIn(at.other)).toEqual(NOTHING)
})

it('refuses to run twice under one ID', async () => {
  const at = await started()
  const checkId = newCheckId()

  const [first, second] = await Promise.all([at.ask({}, checkId), at.ask({}, checkId)])

  expect([first.ok, second.ok]).toEqual([true, false])
})
