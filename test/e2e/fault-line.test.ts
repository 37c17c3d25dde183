import { describe, expect, it, onTestFinished } from 'vitest'
import { FAST_LINK, Valve } from '../faults/link.ts'
import type { Verdict } from '../faults/verdict.ts'
import { beginJourney, faultsOf } from './fault-journey.ts'
import { sharedFaultWorld } from './fault-world.ts'
import { faultLasting, faultsInTurn } from './faults-by-name.ts'
import { MIB } from './fresh-ferry.ts'
import { onDesktop, onlyIn } from './worlds/world.ts'

const world = sharedFaultWorld()

/**
 * More than the system's buffers can hold, so that the page sees progress, and less than a file
 * that is sent in parts.
 */
const LONG_BODY = 31 * MIB
const AN_HOUR_MS = 3_600_000
const RESET: Verdict = { kind: 'reset', afterBytes: 0 }

/** Advances the page's timers; the network is not accelerated. */
function letPass(ms: number): Promise<void> {
  return world().page.page.clock.runFor(ms)
}

/** On the desktop the unreachable proxy is the system's, while the browser host knows no proxy. */
const NOBODY_LISTENS = onDesktop()
  ? /^Preparing · The proxy that this computer is set to use cannot be reached/
  : /^Preparing · The server “127\.0\.0\.1:\d+” cannot be reached/
const A_PROXY_LOOKS_UP = 'the desktop leaves names to the proxy of this world'
const SILENT = /^Waiting.* · The connection to the store went silent/

describe('a connection', () => {
  it('that went silent is aborted after half a minute, and the body is sent again', async () => {
    const { proxy } = world()
    const name = 'silent.bin'
    faultsInTurn(proxy, name, 'PutObject', [{ kind: 'stall' }])

    const journey = await beginJourney(world(), name, LONG_BODY)
    await proxy.until(() => journey.seen('PutObject').length === 1)
    await letPass(20_000)
    const sendsBefore = journey.seen('PutObject').length
    await letPass(31_000)
    await journey.untilSaid(SILENT)

    expect(sendsBefore).toBe(1)
    expect(await journey.isSameWhenDone()).toBe(true)
    expect(faultsOf(journey.seen('PutObject'))).toEqual(['stall', null])
  })

  it('on which no answer arrives is aborted, too, and an object that arrived is not sent again', async () => {
    const { proxy } = world()
    const name = 'mute.bin'
    faultsInTurn(proxy, name, 'PutObject', [{ kind: 'stall-answer' }])

    const journey = await beginJourney(world(), name, 1000)
    await journey.untilSaid(/^Uploading 99 %/)
    await letPass(121_000)

    expect(await journey.isSameWhenDone()).toBe(true)
    expect(faultsOf(journey.seen('PutObject'))).toEqual(['stall-answer'])
  })

  it('that is slow but moves is never aborted', async () => {
    const { page, proxy } = world()
    const name = 'slow.bin'
    const valve = new Valve()
    faultsInTurn(proxy, name, 'PutObject', [{ kind: 'valve', valve }])
    const percent = async () => Number(/(\d+)\s*%/.exec(await page.status(name))?.[1] ?? 0)
    /** The system's buffers decide how many bytes it takes until the page sees progress. */
    const percentAfterMore = () => {
      valve.pass(64 * 1024)
      return percent()
    }

    const journey = await beginJourney(world(), name, LONG_BODY)
    await journey.until('Uploading')
    // The row may show progress up to one round late: two rounds are shorter than the limit.
    for (let passedMs = 0; passedMs < 60_000; passedMs += 12_000) {
      const before = await percent()
      await expect.poll(percentAfterMore, { interval: 20 }).toBeGreaterThan(before)
      await letPass(12_000)
    }
    valve.pass(Number.POSITIVE_INFINITY)

    expect(await journey.isSameWhenDone()).toBe(true)
    expect(faultsOf(journey.seen('PutObject'))).toEqual(['valve'])
  })

  it('that is slow and distant uploads several files at once without a retry', async () => {
    const { proxy } = world()
    onTestFinished(() => proxy.setLink(FAST_LINK))
    proxy.setLink({ latencyMs: 100, bytesPerSecondEach: 1_000_000, bytesPerSecondAll: 1_500_000 })

    const first = await beginJourney(world(), 'narrow 1.bin', 500_000)
    const second = await beginJourney(world(), 'narrow 2.bin', 500_000)

    expect(await first.isSameWhenDone()).toBe(true)
    expect(await second.isSameWhenDone()).toBe(true)
    expect([first, second].map((each) => each.seen('PutObject').length)).toEqual([1, 1])
  })

  it('that stays dead is retried indefinitely', async () => {
    const { proxy } = world()
    const name = 'patient.bin'
    const lasting = faultLasting(proxy, name, 'PutObject', RESET)
    const tries = () => journey.seen('PutObject').length

    const journey = await beginJourney(world(), name, MIB)
    for (let passedMs = 0; passedMs < AN_HOUR_MS && tries() < 25; passedMs += 5_000) {
      await letPass(5_000)
    }
    await journey.untilSaid(/^Waiting.* · The store does not answer/)
    const triesMeanwhile = tries()
    lasting.lift()
    // The last attempt may still be running, and its wait starts only after it.
    await expect
      .poll(async () => {
        await letPass(5_000)
        return journey.seen('PutObject').at(-1)?.status
      })
      .toBe(200)

    expect(triesMeanwhile).toBeGreaterThanOrEqual(25)
    expect(await journey.isSameWhenDone()).toBe(true)
  })

  it('to a port where nobody listens is reported, and retried', async () => {
    const { proxy } = world()
    const name = 'refused.bin'
    await proxy.vanish()

    const journey = await beginJourney(world(), name, MIB)
    await journey.untilSaid(NOBODY_LISTENS)
    await proxy.comeBack()

    expect(await journey.isSameWhenDone()).toBe(true)
    expect(journey.seen('PutObject').map(({ status }) => status)).toEqual([200])
  })
})

describe('a name that does not resolve', () => {
  it('in the browser is retried', async () => {
    const { page, bucket } = world()
    const name = 'unnamed.bin'
    const atBucket = ({ origin }: URL) => origin === bucket.endpoint
    await page.page.route(atBucket, (route) => route.abort('namenotresolved'))

    const journey = await beginJourney(world(), name, MIB)
    await journey.untilSaid(/^Waiting.* · The store does not answer/)
    await page.page.unroute(atBucket)

    expect(await journey.isSameWhenDone()).toBe(true)
    expect(journey.seen('PutObject').map(({ status }) => status)).toEqual([200])
  })

  onlyIn('browser', A_PROXY_LOOKS_UP)(
    'on the host is reported by name, and the upload continues once it is corrected',
    async () => {
      const { page, bucket } = world()
      const name = 'nowhere.bin'
      await page.fillConnection({ ...bucket, endpoint: 'https://no-such-host.invalid' })
      await page.field('Name').fill('Nowhere')
      await page.field('Name').press('Enter')
      await page.button('More about Nowhere').waitFor()

      const journey = await beginJourney(world(), name, MIB)
      await journey.untilSaid(/^Preparing · There is no server named “no-such-host\.invalid”/)
      await page.button('More about Nowhere').click()
      await page.page.getByRole('menuitem', { name: 'Edit connection' }).click()
      await page.field('Endpoint').fill(bucket.endpoint)
      // The secret that Ferry keeps is never sent to another address.
      await page.field('Secret access key').fill(bucket.secretAccessKey)
      await page.field('Endpoint').press('Enter')

      expect(await journey.isSameWhenDone()).toBe(true)
    },
  )
})
