import {
  type Agent,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { type Readable, Transform } from 'node:stream'
import type { Answer } from './answers.ts'
import { endToEnd, headersOf, OPEN_TO_PAGES } from './headers.ts'
import { type Pacer, Throttle, throttled } from './link.ts'
import type { SeenRequest } from './seen-request.ts'
import type { Verdict } from './verdict.ts'

export interface ExchangeDeps {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly target: URL
  readonly seen: SeenRequest
  /** Called when the recorded request has changed. */
  readonly onChange: () => void
  readonly agent: Agent
  readonly latencyMs: number
  /** Limits the speed of the body and of the answer. */
  readonly throttles: { readonly up: readonly Throttle[]; readonly down: readonly Throttle[] }
}

/** One request, the store's answer to it, and the fault. */
export class Exchange {
  readonly #parts: ExchangeDeps

  constructor(parts: ExchangeDeps) {
    this.#parts = parts
  }

  carryOut(verdict: Verdict): void {
    switch (verdict.kind) {
      case 'pass':
        this.#forward(this.#body(), (answer) => this.#passOn(answer))
        break
      case 'reset':
        if (verdict.afterBytes === 0) this.#reset()
        else this.#resetAfter(verdict.afterBytes)
        break
      case 'lose-answer':
        this.#forward(this.#body(), () => this.#reset())
        break
      case 'truncate-answer':
        this.#forward(this.#body(), (answer) => this.#truncate(answer))
        break
      case 'stall':
        // Left unread: the buffers on the way fill up, and then nothing moves any more.
        break
      case 'stall-answer':
        this.#forward(this.#body(), () => undefined)
        break
      case 'trickle':
        this.#forward(this.#body([new Throttle(verdict.bytesPerSecond)]), (answer) =>
          this.#passOn(answer),
        )
        break
      case 'valve':
        this.#forward(this.#body([verdict.valve]), (answer) => this.#passOn(answer))
        break
      case 'flip':
        this.#forward(this.#body().pipe(flipped(verdict.atByte)), (answer) => this.#passOn(answer))
        break
      case 'flip-answer':
        this.#forward(this.#body(), (answer) =>
          this.#passOn(answer, answer.pipe(flipped(verdict.atByte))),
        )
        break
      case 'answer':
        this.#body()
          .on('end', () => this.#answer(verdict.answer))
          .resume()
        break
      case 'replace-answer':
        this.#forward(this.#body(), () => this.#answer(verdict.answer))
        break
    }
  }

  /** The sender's body, counted and limited to the link's speed. */
  #body(more: readonly Pacer[] = []): Readable {
    const { request, seen, onChange, throttles } = this.#parts
    const counting = request.pipe(
      counted((byteLength) => {
        seen.bodyBytes += byteLength
        onChange()
      }),
    )
    const slow = [...throttles.up, ...more]
    return slow.length === 0 ? counting : counting.pipe(throttled(slow))
  }

  #forward(body: Readable, onAnswer: (answer: IncomingMessage) => void): void {
    const { request, response, seen, onChange } = this.#parts
    const upstream = this.#askStore()
    upstream.on('response', (answer) => {
      seen.status = answer.statusCode ?? 502
      onChange()
      // A store may refuse before it has read everything. Answering over unread bytes would reset
      // the connection, and the refusal would be lost.
      const answered = () => onAnswer(answer)
      if (request.readableEnded) answered()
      else body.on('end', answered).unpipe(upstream).resume()
    })
    // If the store is gone, the connection simply breaks.
    upstream.on('error', () => response.destroy())
    response.on('close', () => upstream.destroy())
    body.pipe(upstream)
  }

  #askStore() {
    const { request, target, agent } = this.#parts
    return httpRequest(target, {
      method: request.method,
      headers: endToEnd(request.rawHeaders),
      agent,
    })
  }

  #passOn(answer: IncomingMessage, body: Readable = answer): void {
    const { response, throttles, latencyMs } = this.#parts
    setTimeout(() => {
      response.writeHead(answer.statusCode ?? 502, headersOf(answer))
      const { down } = throttles
      const slowed = down.length === 0 ? body : body.pipe(throttled(down))
      slowed.pipe(response)
    }, latencyMs)
    answer.on('error', () => response.destroy())
  }

  #truncate(answer: IncomingMessage): void {
    const { request, response } = this.#parts
    const pieces: Buffer[] = []
    answer.on('data', (piece: Buffer) => pieces.push(piece))
    answer.on('end', () => {
      if (request.method === 'HEAD' || answer.statusCode === 204) {
        // There is no body to cut short, so the whole connection breaks.
        response.destroy()
        return
      }
      const whole = Buffer.concat(pieces)
      const length = ['content-length', String(whole.byteLength + 64)]
      const headers = [...headersOf(answer, ['content-length']), ...length]
      response.writeHead(answer.statusCode ?? 502, headers)
      response.flushHeaders()
      response.write(whole.subarray(0, Math.ceil(whole.byteLength / 2)))
      request.socket.end()
    })
  }

  #answer({ status, headers, body }: Answer): void {
    const { request, response } = this.#parts
    response.writeHead(status, { ...OPEN_TO_PAGES, ...headers, connection: 'close' })
    response.end(request.method === 'HEAD' ? undefined : body)
  }

  #resetAfter(afterBytes: number): void {
    const { request, seen } = this.#parts
    const upstream = this.#askStore()
    upstream.on('error', () => undefined)
    const forwardedBytes = Math.min(afterBytes, seen.contentLength - 1)
    let sentOn = 0
    const stop = () => {
      upstream.destroy()
      this.#reset()
    }
    request.on('close', () => upstream.destroy())
    this.#body()
      .on('data', (chunk: Buffer) => {
        const piece = chunk.subarray(0, Math.max(0, forwardedBytes - sentOn))
        sentOn += piece.byteLength
        if (piece.byteLength > 0) upstream.write(piece)
        if (seen.bodyBytes >= afterBytes) stop()
      })
      .on('end', stop)
  }

  #reset(): void {
    this.#parts.request.socket.resetAndDestroy()
  }
}

/** Counts the bytes that pass through. */
function counted(onBytes: (byteLength: number) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onBytes(chunk.byteLength)
      done(null, chunk)
    },
  })
}

/** Changes one byte and passes everything else. */
function flipped(atByte: number): Transform {
  let passedBytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const at = atByte - passedBytes
      passedBytes += chunk.byteLength
      const byte = chunk[at]
      if (byte === undefined) return done(null, chunk)
      const changed = Buffer.from(chunk)
      changed[at] = byte ^ 1
      done(null, changed)
    },
  })
}
