import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { MIB } from '../../../electron/contract/limits.ts'
import { DEFAULT_RULES } from '../../../electron/contract/rules/upload-rules.ts'
import {
  FORBIDDEN_PAGE,
  leadThrough,
  limitedTo,
  type ProxyRule,
  ReverseProxy,
  TOO_LARGE,
} from '../../fakes/reverse-proxy.ts'
import { storedIn } from './bucket-view.ts'
import { CheckWorld, lineOf, newCheckId, troubles } from './check-world.ts'

let proxy: ReverseProxy
let world: CheckWorld

beforeEach(async () => {
  proxy = await ReverseProxy.start()
  onTestFinished(() => proxy.close())
  onTestFinished(leadThrough(proxy))
  world = await CheckWorld.start()
})

afterEach(() => world.close())

const onlyPuts =
  (rule: ProxyRule): ProxyRule =>
  (request) =>
    request.method === 'PUT' ? rule(request) : { kind: 'pass' }

const longest = () => Math.max(...proxy.puts(true).map(({ bodyBytes }) => bodyBytes))

describe('a body as long as those of uploads', () => {
  it('is sent as a part that leaves nothing behind', async () => {
    const report = await world.check()

    expect(lineOf(report, 'part-size')).toMatchObject({
      ...{ verdict: 'passed', finding: { kind: 'part-size', byteLength: 16 * MIB } },
    })
    expect(longest()).toBe(16 * MIB)
    expect(await storedIn(world.other)).toEqual({ keys: [], unfinished: [] })
  })

  it('has the length that the destination’s rules set', async () => {
    const { destination } = await world.harness.must('saveDestination', world.draft())
    const { destinationId } = destination
    const rules = { ...DEFAULT_RULES, partBytes: 5 * MIB }
    await world.harness.must('saveRules', { destinationId, rules })

    const report = await world.check({ destinationId })

    expect(lineOf(report, 'part-size')).toMatchObject({ finding: { byteLength: 5 * MIB } })
    expect(longest()).toBe(5 * MIB)
  })

  it('finds the limit of a proxy in front of the store before the first upload', async () => {
    proxy.rule = onlyPuts(limitedTo(MIB))

    const report = await world.check()

    expect(troubles(report)).toContain('part-size failed request-too-large')
    expect(lineOf(report, 'part-size')).toMatchObject({
      finding: { failure: { kind: 'request-too-large', limitBytes: MIB } },
    })
    expect(proxy.bytesOf(proxy.puts(true))).toBeLessThan(MIB)
  })

  it('finds a limit that allows parts, but not a file in one piece', async () => {
    proxy.rule = onlyPuts(limitedTo(20 * MIB))

    const report = await world.check()

    expect(lineOf(report, 'part-size')).toMatchObject({
      finding: { failure: { kind: 'request-too-large', limitBytes: 20 * MIB } },
    })
    expect(longest()).toBe(16 * MIB)
  })

  it('finds a limit that counts the bytes as they arrive', async () => {
    proxy.rule = onlyPuts(({ contentLength }) =>
      contentLength > 2 * MIB
        ? { kind: 'answer-after', bytes: 2 * MIB, answer: TOO_LARGE }
        : { kind: 'pass' },
    )

    const report = await world.check()

    expect(lineOf(report, 'part-size')).toMatchObject({
      finding: { failure: { kind: 'request-too-large', limitBytes: 2 * MIB } },
    })
  })

  it('finds a firewall that only allows small requests', async () => {
    proxy.rule = onlyPuts(({ contentLength }) =>
      contentLength > 8192 ? { kind: 'answer', answer: FORBIDDEN_PAGE } : { kind: 'pass' },
    )

    const report = await world.check()

    expect(troubles(report)).toContain('part-size failed proxy-refused')
  })

  it('reports a hidden answer if only long requests are answered that way', async () => {
    proxy.rule = onlyPuts(({ contentLength }) =>
      contentLength > MIB ? { kind: 'strip', headers: /^access-control-/ } : { kind: 'pass' },
    )

    const report = await world.check()

    // Uploads still work with keys that may list parts and read objects.
    expect(troubles(report)).toContain('part-size warned answer-hidden')
  })

  it('proves nothing on a slow connection, and does not delay the check', async () => {
    const timeout = AbortSignal.timeout.bind(AbortSignal)
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(ms === 20_000 ? 500 : ms))
    onTestFinished(() => void vi.restoreAllMocks())
    proxy.rule = onlyPuts(({ contentLength }) =>
      contentLength > MIB ? { kind: 'stall' } : { kind: 'pass' },
    )

    const report = await world.check()

    expect(lineOf(report, 'part-size')).toMatchObject({
      ...{ verdict: 'unknown', finding: { kind: 'part-size', byteLength: 16 * MIB } },
    })
    expect(await storedIn(world.other)).toEqual({ keys: [], unfinished: [] })
  })

  it('is aborted when the check is cancelled', async () => {
    const checkId = newCheckId()
    const begun = Promise.withResolvers<void>()
    proxy.rule = onlyPuts(({ contentLength }) => {
      if (contentLength <= MIB) return { kind: 'pass' }
      begun.resolve()
      return { kind: 'stall' }
    })
    const checking = world.ask({}, checkId)
    await begun.promise

    await world.harness.must('cancelCheck', { checkId })

    expect((await checking).ok).toBe(true)
    expect(await storedIn(world.other)).toEqual({ keys: [], unfinished: [] })
  })
})

it('reports a store that hides all its answers once, and that uploads work', async () => {
  proxy.rule = onlyPuts(() => ({ kind: 'strip', headers: /^access-control-/ }))

  const report = await world.check()

  expect(troubles(report).filter((each) => each.includes('hidden'))).toEqual([
    'cors warned answer-hidden',
  ])
})
