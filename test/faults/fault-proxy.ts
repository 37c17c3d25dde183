import { EventEmitter, once } from 'node:events'
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'

/** What happens to one request on its way to the store. */
export type Verdict =
  | { readonly kind: 'pass' }
  /** The connection breaks after the store could have seen this much of the body. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Nobody takes the body, and no answer ever comes. */
  | { readonly kind: 'stall' }
  /** The store gets it and answers; the answer is lost. */
  | { readonly kind: 'lose-answer' }
  /** Answered here; the store sees nothing. */
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }

export interface SeenRequest {
  readonly method: string
  readonly host: string
  /** Without the query: it is a presigned URL's secret. */
  readonly path: string
  /** Of an UploadPart, else null. */
  readonly partNumber: number | null
  /** Of the body, so far. */
  bodyBytes: number
  /** Null until the store has answered. */
  status: number | null
}

/** May wait: the request is held until it answers. */
export type Rule = (request: SeenRequest) => Verdict | Promise<Verdict>

export interface FaultProxy {
  /** Give this to Chromium as `--proxy-server`. */
  readonly address: string
  /** Everything that came, in order, preflights too. */
  readonly seen: readonly SeenRequest[]
  /** Replaces the rule; without one everything passes. */
  readonly setRule: (rule: Rule) => void
  /** Resolves once what was seen satisfies the claim. */
  readonly until: (claim: (seen: readonly SeenRequest[]) => boolean) => Promise<void>
  readonly close: () => Promise<void>
}

const PASS: Verdict = { kind: 'pass' }

/**
 * Stands between the page and the store and makes the faults that a test scripts. It is a forward
 * proxy, since a presigned URL names its host: `Host` and path must arrive as they were signed.
 */
export async function startFaultProxy(): Promise<FaultProxy> {
  const seen: SeenRequest[] = []
  let rule: Rule = () => PASS
  const agent = new Agent({ keepAlive: false })
  const changed = new EventEmitter()
  const server = createServer((request, response) => {
    const target = URL.parse(request.url ?? '')
    if (target === null) {
      response.writeHead(400).end()
      return
    }
    const record = recordOf(request, target)
    seen.push(record)
    changed.emit('change')
    response.on('close', () => changed.emit('change'))
    request.on('data', (chunk: Buffer) => {
      record.bodyBytes += chunk.byteLength
    })
    request.pause()
    // A page that gave up closes its connection; what was on its way is lost, as it should be.
    request.on('error', () => undefined)
    void (async () => carryOut(await rule(record), { request, response, target, record, agent }))()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('Not a TCP server')
  return {
    address: `http://127.0.0.1:${address.port}`,
    seen,
    setRule: (next) => {
      rule = next
    },
    until: async (claim) => {
      while (!claim(seen)) await once(changed, 'change')
    },
    close: async () => {
      server.close()
      server.closeAllConnections()
      agent.destroy()
    },
  }
}

function recordOf(request: IncomingMessage, target: URL): SeenRequest {
  const partNumber = target.searchParams.get('partNumber')
  return {
    method: request.method ?? '',
    host: target.host,
    path: target.pathname,
    partNumber: partNumber === null ? null : Number(partNumber),
    bodyBytes: 0,
    status: null,
  }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly target: URL
  readonly record: SeenRequest
  readonly agent: Agent
}

function carryOut(verdict: Verdict, exchange: Exchange): void {
  const { request, response, record } = exchange
  switch (verdict.kind) {
    case 'pass':
      forward(exchange, (answer) => {
        record.status = answer.statusCode ?? null
        response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
        answer.pipe(response)
      })
      break
    case 'lose-answer':
      forward(exchange, (answer) => {
        record.status = answer.statusCode ?? null
        request.socket.destroy()
      })
      break
    case 'stall':
      // Left paused: the buffers on the way fill up, then nothing moves any more.
      break
    case 'cut':
      request.on('data', () => {
        if (record.bodyBytes >= verdict.afterBytes) request.socket.destroy()
      })
      request.resume()
      break
    case 'answer':
      request.resume()
      request.on('end', () => {
        record.status = verdict.status
        response.writeHead(verdict.status, { 'access-control-allow-origin': '*' }).end(verdict.body)
      })
      break
  }
}

function forward(
  { request, response, target, agent }: Exchange,
  onAnswer: (answer: IncomingMessage) => void,
): void {
  const upstream = httpRequest(target, {
    method: request.method,
    headers: endToEnd(request.rawHeaders),
    agent,
  })
  upstream.on('response', onAnswer)
  // A store that is gone looks to the page like any broken connection.
  upstream.on('error', () => response.destroy())
  response.on('close', () => upstream.destroy())
  request.pipe(upstream)
}

/** RFC 9110 section 7.6.1: what belongs to one connection does not travel on. */
function endToEnd(rawHeaders: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    if (!/^(?:proxy-connection|connection|keep-alive)$/i.test(name)) kept.push(name, value)
  }
  return kept
}
