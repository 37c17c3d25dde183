import { once } from 'node:events'
import { Agent, createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { badGateway, clockSkewed, errorInside200, slowDown } from './answers.ts'
import { type FaultProxy, startFaultProxy, type Verdict } from './fault-proxy.ts'
import { Valve } from './link.ts'
import { PASS } from './verdict.ts'

const BODY = Buffer.alloc(300_000, 'abcdefgh')
const PART = '/bucket/film.bin?partNumber=3&uploadId=u&X-Amz-Signature=secret'

/** Accepts every complete request, and returns how many bytes it had. */
async function startStore() {
  const bodies: Buffer[] = []
  const hosts: string[] = []
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    try {
      for await (const piece of request) pieces.push(piece as Buffer)
    } catch {
      return
    }
    bodies.push(Buffer.concat(pieces))
    hosts.push(request.headers.host ?? '')
    response.setHeader('ETag', '"e"')
    response.end(`<Took>${Buffer.concat(pieces).byteLength}</Took>`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('Not a TCP server')
  return { bodies, hosts, host: `127.0.0.1:${address.port}` }
}

async function behind(verdict: Verdict) {
  const store = await startStore()
  const proxy = await startFaultProxy({ rule: () => verdict })
  onTestFinished(proxy.close)
  return { store, proxy, send: (body: Buffer = BODY) => put(proxy, store.host, body) }
}

interface Answered {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Returns the network's error code if there was no complete answer. */
async function put(proxy: FaultProxy, host: string, body: Buffer): Promise<Answered | string> {
  const agent = new Agent({ proxyEnv: { HTTP_PROXY: proxy.address } })
  const request = httpRequest(`http://${host}${PART}`, { method: 'PUT', agent })
  request.end(body)
  try {
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    const { statusCode: status = 0, headers } = answer
    return { status, headers, body: await text(answer) }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

describe('the fault proxy', () => {
  it('passes requests on unchanged, including the signed host name', async () => {
    const { store, proxy, send } = await behind({ kind: 'pass' })

    const answer = await send()

    expect(answer).toMatchObject({
      status: 200,
      headers: { etag: '"e"' },
      body: '<Took>300000</Took>',
    })
    expect(store.bodies).toEqual([BODY])
    expect(store.hosts).toEqual([store.host])
    expect(proxy.seen).toEqual([
      {
        atMs: expect.any(Number),
        operation: 'UploadPart',
        from: 'host',
        method: 'PUT',
        host: store.host,
        path: '/bucket/film.bin',
        partNumber: 3,
        contentLength: 300_000,
        bodyBytes: 300_000,
        status: 200,
        isAnswered: true,
        fault: null,
      },
    ])
    expect(proxy.counts()).toEqual({})
  })

  it.each<[string, Verdict, string]>([
    ['before the body', { kind: 'reset', afterBytes: 0 }, 'reset-before-body'],
    ['in the body', { kind: 'reset', afterBytes: 100_000 }, 'reset-in-body'],
    ['after the body', { kind: 'reset', afterBytes: Number.POSITIVE_INFINITY }, 'reset-after-body'],
  ])(
    'resets the connection %s, and the store gets no complete request',
    async (_, verdict, name) => {
      const { store, proxy, send } = await behind(verdict)

      const answer = await send()

      expect(answer).toMatch(/^(ECONNRESET|EPIPE)$/)
      expect(store.bodies).toEqual([])
      expect(proxy.seen).toMatchObject([{ status: null, fault: name }])
      expect(proxy.counts()).toEqual({ [name]: 1 })
    },
  )

  it('loses the answer after the store has handled the request', async () => {
    const { store, proxy, send } = await behind({ kind: 'lose-answer' })

    const answer = await send()

    expect(answer).toBe('ECONNRESET')
    expect(store.bodies).toEqual([BODY])
    expect(proxy.seen).toMatchObject([{ status: 200, fault: 'lose-answer' }])
  })

  it('cuts the answer short after the store has handled the request', async () => {
    const { store, send } = await behind({ kind: 'truncate-answer' })

    const answer = await send()

    expect(answer).toBe('ECONNRESET')
    expect(store.bodies).toEqual([BODY])
  })

  it('flips one byte and leaves the others', async () => {
    const { store, send } = await behind({ kind: 'flip', atByte: 200_001 })

    await send()

    const [got = Buffer.alloc(0)] = store.bodies
    const differing = [...got.keys()].filter((at) => got[at] !== BODY[at])
    expect([got.byteLength, differing]).toEqual([300_000, [200_001]])
  })

  it('flips one byte of the answer and nothing of what the store gets', async () => {
    const { store, send } = await behind({ kind: 'flip-answer', atByte: 6 })

    const answer = await send()

    expect(answer).toMatchObject({ status: 200, body: '<Took>200000</Took>' })
    expect(store.bodies).toEqual([BODY])
  })

  it('answers instead of the store, which gets no request', async () => {
    const { store, send } = await behind({ kind: 'answer', answer: slowDown(7) })

    const answer = await send()

    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '7' } })
    expect(answer).toMatchObject({ body: expect.stringContaining('<Code>SlowDown</Code>') })
    expect(store.bodies).toEqual([])
  })

  it('answers with the time of a store with a wrong clock', async () => {
    const { send } = await behind({ kind: 'answer', answer: clockSkewed(86_400_000) })

    expect(await send()).toMatchObject({ headers: { date: 'Fri, 02 Jan 1970 00:00:00 GMT' } })
  })

  it('replaces the answer after the store has handled the request', async () => {
    const { store, proxy, send } = await behind({ kind: 'replace-answer', answer: errorInside200 })

    const answer = await send()

    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('<Error>') })
    expect(store.bodies).toEqual([BODY])
    expect(proxy.counts()).toEqual({ 'error-inside-200-after-work': 1 })
  })

  it.each<Verdict['kind']>(['stall', 'stall-answer'])(
    '%s: no answer ever arrives',
    async (kind) => {
      const { store, proxy, send } = await behind({ kind } as Verdict)

      const answer = send()
      await proxy.until(
        ([first]) => first !== undefined && (kind === 'stall' || first.status === 200),
      )
      // Any rest of the first answer would arrive before the whole second one.
      proxy.setRule(() => PASS)
      await send()
      await proxy.close()

      expect(await answer).toBe('ECONNRESET')
      expect(proxy.seen.map(({ isAnswered }) => isAnswered)).toEqual([false, true])
      expect(store.bodies.length).toBe(kind === 'stall' ? 1 : 2)
    },
  )

  it('trickles at the requested speed', async () => {
    const { store, send } = await behind({ kind: 'trickle', bytesPerSecond: 1_000_000 })
    const startedMs = performance.now()

    await send()

    expect(performance.now() - startedMs).toBeGreaterThan(250)
    expect(store.bodies).toEqual([BODY])
  })

  it('sends no more of a body than a valve allows', async () => {
    const valve = new Valve()
    const { store, proxy, send } = await behind({ kind: 'valve', valve })

    const sending = send()
    valve.pass(BODY.byteLength - 1)
    await proxy.until(([request]) => (request?.bodyBytes ?? 0) > 200_000)
    const bodiesBefore = [...store.bodies]
    valve.pass(1)
    await sending

    expect(bodiesBefore).toEqual([])
    expect(store.bodies).toEqual([BODY])
  })

  it('shares a slow link among all connections, each with its latency', async () => {
    const { store, proxy, send } = await behind({ kind: 'pass' })
    proxy.setLink({ latencyMs: 50, bytesPerSecondEach: null, bytesPerSecondAll: 2_000_000 })
    const startedMs = performance.now()

    await Promise.all([send(), send()])

    expect(performance.now() - startedMs).toBeGreaterThan(350)
    expect(store.bodies).toEqual([BODY, BODY])
  })

  it('delays a request until its rule has answered', async () => {
    const { store, proxy, send } = await behind({ kind: 'pass' })
    const opened = Promise.withResolvers<Verdict>()
    proxy.setRule(() => opened.promise)

    const answer = send()
    await proxy.until((seen) => seen.length === 1)
    const takenBefore = store.bodies.length
    opened.resolve({ kind: 'answer', answer: badGateway })

    expect(await answer).toMatchObject({ status: 502 })
    expect(takenBefore).toBe(0)
  })

  it('stops listening, and comes back at the same address', async () => {
    const { proxy, send } = await behind({ kind: 'pass' })

    await proxy.vanish()
    const whileGone = await send()
    await proxy.comeBack()

    expect(whileGone).toBe('ECONNREFUSED')
    expect(await send()).toMatchObject({ status: 200 })
  })
})
