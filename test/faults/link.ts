import { Transform } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

/** A network link with latency and limited bandwidth. */
export interface Link {
  /** Added to every request and to every answer. */
  readonly latencyMs: number
  /** Per connection and direction; null: unlimited. */
  readonly bytesPerSecondEach: number | null
  /** For all connections together, per direction; null: unlimited. */
  readonly bytesPerSecondAll: number | null
}

export const FAST_LINK: Link = { latencyMs: 0, bytesPerSecondEach: null, bytesPerSecondAll: null }

/** Decides when the next bytes of a body may be sent. */
export interface Pacer {
  /** The largest number of bytes that are taken at once. */
  readonly pieceBytes: number
  readonly take: (byteLength: number) => Promise<void>
}

/**
 * A token bucket with a capacity of one piece, implemented as the time at which the next byte may
 * be sent. Callers are served in order, so connections that share it get equal shares.
 */
export class Throttle implements Pacer {
  readonly #bytesPerSecond: number
  #freeAtMs = 0

  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond
  }

  /** Small enough that a slow link sends ten times a second. */
  get pieceBytes(): number {
    return Math.max(1, Math.ceil(this.#bytesPerSecond / 10))
  }

  /** Resolves when this many bytes may be sent. */
  async take(byteLength: number): Promise<void> {
    const nowMs = performance.now()
    this.#freeAtMs = Math.max(nowMs, this.#freeAtMs) + (byteLength / this.#bytesPerSecond) * 1000
    await delay(this.#freeAtMs - nowMs)
  }
}

/** Blocks everything except the bytes that a test allows. */
export class Valve implements Pacer {
  readonly pieceBytes = 64 * 1024
  #allowedBytes = 0
  #moved = Promise.withResolvers<void>()

  /** Allows this many more bytes. Infinity: everything from now on. */
  pass(byteLength: number): void {
    this.#allowedBytes += byteLength
    this.#moved.resolve()
    this.#moved = Promise.withResolvers()
  }

  async take(byteLength: number): Promise<void> {
    while (this.#allowedBytes < byteLength) await this.#moved.promise
    this.#allowedBytes -= byteLength
  }
}

/** Passes bytes on as fast as all the pacers allow. */
export function throttled(pacers: readonly Pacer[]): Transform {
  const pieceBytes = Math.min(...pacers.map((each) => each.pieceBytes))
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const send = async () => {
        for (let at = 0; at < chunk.byteLength; at += pieceBytes) {
          const piece = chunk.subarray(at, at + pieceBytes)
          await Promise.all(pacers.map((each) => each.take(piece.byteLength)))
          this.push(piece)
        }
      }
      send().then(() => done(), done)
    },
  })
}
