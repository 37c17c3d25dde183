import { beforeAll, describe, expect, it } from 'vitest'
import {
  badDigest,
  badGateway,
  clockSkewed,
  internalError,
  slowDown,
  tooManyRequests,
  urlExpired,
} from '../faults/answers.ts'
import { faultNameOf, PASS, type Verdict } from '../faults/verdict.ts'
import { beginJourney, faultsOf, type Journey } from './fault-journey.ts'
import { sharedFaultWorld } from './fault-world.ts'
import { faultLasting, faultsInTurn, isOf } from './faults-by-name.ts'
import { MIB } from './fresh-ferry.ts'

const world = sharedFaultWorld()
const SILENT = /^Waiting.* · The store does not answer/

const FAULTS: readonly (readonly [string, readonly Verdict[], RegExp])[] = [
  ['is reset before its body', [{ kind: 'reset', afterBytes: 0 }], SILENT],
  ['is reset in its body', [{ kind: 'reset', afterBytes: 300_000 }], SILENT],
  ['is reset after its body', [{ kind: 'reset', afterBytes: Number.POSITIVE_INFINITY }], SILENT],
  [
    'is answered 500',
    [{ kind: 'answer', answer: internalError }],
    /^Waiting.* · The store has an internal problem \(error 500\)/,
  ],
  [
    'is answered 502',
    [{ kind: 'answer', answer: badGateway }],
    /^Waiting.* · The store has an internal problem \(error 502\)/,
  ],
  [
    'is answered 503',
    [{ kind: 'answer', answer: slowDown() }],
    /^Waiting.* · The store asks for fewer requests/,
  ],
  [
    'is answered 429',
    [{ kind: 'answer', answer: tooManyRequests() }],
    /^Waiting.* · The store asks for fewer requests/,
  ],
  [
    'is refused for its expired signature',
    [
      // The first time it is signed again at once, without showing anything.
      { kind: 'answer', answer: urlExpired },
      { kind: 'answer', answer: urlExpired },
    ],
    /^Waiting.* · The signature of this part expired before the part was sent/,
  ],
  [
    'is refused for its checksum',
    [{ kind: 'answer', answer: badDigest }],
    /^Waiting.* · Some bytes changed on their way, and the store refused them/,
  ],
]

describe('the PUT of a file', () => {
  const journeys = new Map<string, Journey>()

  // All at once, because each of them mostly waits.
  beforeAll(async () => {
    const left = new Map(FAULTS.map(([title, faults]) => [`${title}.bin`, [...faults]]))
    world().proxy.setRule((request) => {
      const name = [...left.keys()].find((each) => isOf(request, each))
      if (request.operation !== 'PutObject' || name === undefined) return PASS
      return left.get(name)?.shift() ?? PASS
    })
    for (const [title] of FAULTS) {
      journeys.set(title, await beginJourney(world(), `${title}.bin`, MIB))
    }
  })

  it.each(FAULTS)(
    '%s: the row shows it, and the upload continues by itself',
    async (title, faults, said) => {
      const journey = journeys.get(title)
      if (journey === undefined) throw new TypeError('It was not begun')

      await journey.untilSaid(said)

      expect(await journey.isSameWhenDone()).toBe(true)
      expect(faultsOf(journey.seen('PutObject'))).toEqual([...faults.map(faultNameOf), null])
    },
  )
})

describe('a PUT that reached the store', () => {
  it.each<[string, Verdict]>([
    ['loses its answer', { kind: 'lose-answer' }],
    ['gets half an answer', { kind: 'truncate-answer' }],
  ])('and that %s is not sent again', async (how, fault) => {
    const name = `taken and ${how}.bin`
    faultsInTurn(world().proxy, name, 'PutObject', [fault])

    const journey = await beginJourney(world(), name, MIB)

    expect(await journey.isSameWhenDone()).toBe(true)
    expect(faultsOf(journey.seen('PutObject'))).toEqual([fault.kind])
    expect(await world().page.status(name)).not.toContain('hides its responses')
  })
})

describe('a byte that is corrupted on the way', () => {
  it('is detected by the store, and the file is sent again', async () => {
    const { proxy } = world()
    const name = 'flipped.bin'
    faultsInTurn(proxy, name, 'PutObject', [{ kind: 'flip', atByte: 700_000 }])

    const journey = await beginJourney(world(), name, MIB)

    expect(await journey.isSameWhenDone()).toBe(true)
    expect(journey.seen('PutObject').map(({ status }) => status)).toEqual([400, 200])
  })
})

describe('a store that asks for fewer requests', () => {
  it('gets no request for as long as it asks', async () => {
    const { proxy } = world()
    const answers = [slowDown(2), tooManyRequests(2)]
    proxy.setRule(({ operation }) => {
      const answer = operation === 'PutObject' ? answers.shift() : undefined
      return answer === undefined ? PASS : { kind: 'answer', answer }
    })

    const journeys = [
      await beginJourney(world(), 'after 503.bin', MIB),
      await beginJourney(world(), 'after 429.bin', MIB),
    ]

    for (const journey of journeys) {
      await journey.untilSaid(/^Waiting.* · The store asks for fewer requests.* in \d sec/)
    }
    for (const journey of journeys) {
      expect(await journey.isSameWhenDone()).toBe(true)
      const [first, second, ...more] = journey.seen('PutObject').map(({ atMs }) => atMs)
      expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(2000)
      expect(more).toEqual([])
    }
  })
})

describe('a store with a different clock', () => {
  const skewed = (): Verdict => ({
    kind: 'answer',
    answer: clockSkewed(Date.now() + 26 * 3_600_000),
  })

  it('is measured again, and the file is sent', async () => {
    const { proxy } = world()
    const name = 'skewed once.bin'
    faultsInTurn(proxy, name, 'PutObject', [skewed()])

    const journey = await beginJourney(world(), name, MIB)

    expect(await journey.isSameWhenDone()).toBe(true)
    expect(faultsOf(journey.seen('PutObject'))).toEqual(['clock-skewed', null])
  })

  it('that stays different makes the row ask for the clock to be set, and the upload continue afterwards', async () => {
    const { page, proxy } = world()
    const name = 'skewed.bin'
    const lasting = faultLasting(proxy, name, 'PutObject', skewed())

    const journey = await beginJourney(world(), name, MIB)
    await journey.untilSaid(/^Action needed.*This computer’s clock is .* behind the store’s/)
    lasting.lift()
    await page.rowButton(name, 'Retry').click()

    expect(await journey.isSameWhenDone()).toBe(true)
  })
})
