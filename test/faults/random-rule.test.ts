import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RANDOM_FAULT_NAMES, randomRule, USUAL_RATES } from './random-rule.ts'
import type { Operation, SeenRequest } from './seen-request.ts'
import { faultNameOf, type Rule } from './verdict.ts'

function asked(operation: Operation, partNumber: number | null = null): SeenRequest {
  return {
    atMs: 0,
    operation,
    from: 'page',
    method: 'PUT',
    host: '127.0.0.1:1',
    path: '/bucket/film.bin',
    partNumber,
    contentLength: 1000,
    bodyBytes: 0,
    status: null,
    isAnswered: false,
    fault: null,
  }
}

const part = (partNumber: number) => asked('UploadPart', partNumber)
const partsOf = (count: number) => Array.from({ length: count }, (_, index) => part(index + 1))

async function dealtTo(rule: Rule, requests: readonly SeenRequest[]) {
  return Promise.all(requests.map(async (request) => faultNameOf(await rule(request))))
}

describe('random faults', () => {
  it('are the same for the same seed, in whatever order the parts arrive', async () => {
    const parts = partsOf(200)
    const first = await dealtTo(randomRule(7), parts)

    const again = await dealtTo(randomRule(7), parts.toReversed())
    const other = await dealtTo(randomRule(8), parts)

    expect(again.toReversed()).toEqual(first)
    expect(other).not.toEqual(first)
  })

  it('occur as often as their rates say', async () => {
    const dealt = await dealtTo(randomRule(7, { flip: 0.2, 'lose-answer': 0.1 }), partsOf(4000))

    const share = (name: string | null) => dealt.filter((each) => each === name).length / 4000
    expect(share('flip')).toBeCloseTo(0.2, 1)
    expect(share('lose-answer')).toBeCloseTo(0.1, 1)
    expect(share(null)).toBeCloseTo(0.7, 1)
  })

  it('end when the budget is spent', async () => {
    const dealt = await dealtTo(randomRule(7, { flip: 1 }, 3), partsOf(10))

    expect(dealt.filter((each) => each !== null)).toEqual(['flip', 'flip', 'flip'])
  })

  it('are drawn again when the same part is sent again', async () => {
    const rule = randomRule(7, { 'lose-answer': 0.5 })
    const dealt = await dealtTo(
      rule,
      Array.from({ length: 50 }, () => part(1)),
    )

    expect(new Set(dealt)).toEqual(new Set(['lose-answer', null]))
  })

  it('hit only requests to which they apply', async () => {
    const meets = async (request: SeenRequest) => {
      const each = RANDOM_FAULT_NAMES.map(async (name) => {
        const [dealt] = await dealtTo(randomRule(7, { [name]: 1 }), [request])
        return dealt === null ? [] : [name]
      })
      return (await Promise.all(each)).flat()
    }

    expect(await meets(asked('Preflight'))).toEqual(['reset-before-body', 'stall'])
    expect(await meets(asked('HeadObject'))).not.toContain('flip')
    expect(await meets(asked('HeadObject'))).not.toContain('error-inside-200')
    expect(await meets(asked('CompleteMultipartUpload'))).toContain('error-inside-200')
    expect(await meets(part(1))).toContain('bad-digest')
  })

  it('always flip or cut inside the body', async () => {
    const flips = randomRule(7, { flip: 1 })
    const cuts = randomRule(7, { 'reset-in-body': 1 })

    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 10_000 }), async (partNumber) => {
        expect(await flips(part(partNumber))).toMatchObject({ atByte: expect.toSatisfy(inBody) })
        expect(await cuts(part(partNumber))).toMatchObject({ afterBytes: expect.toSatisfy(inBody) })
      }),
    )
  })

  it('do not by default include faults that take minutes or need the user', () => {
    expect(Object.keys(USUAL_RATES)).not.toContain('stall')
    expect(Object.keys(USUAL_RATES)).not.toContain('token-expired')
  })
})

function inBody(at: number): boolean {
  return Number.isInteger(at) && at >= 0 && at < 1000
}
