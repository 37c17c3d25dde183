import { Transform } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

/** A line with a length and a width. */
export interface Link {
  /** Added to every request, and to every answer. */
  readonly latencyMs: number
  /** Of one connection, in each direction; null: as fast as it goes. */
  readonly bytesPerSecondEach: number | null
  /** Of all connections together, in each direction; null: as fast as it goes. */
  readonly bytesPerSecondAll: number | null
}

export const FAST_LINK: Link = { latencyMs: 0, bytesPerSecondEach: null, bytesPerSecondAll: null }

/** Decides when the next bytes of a body may go on. */
export interface Pacer {
  /** No more than so many are taken at once. */
  readonly pieceBytes: number
  readonly take: (byteLength: number) => Promise<void>
}

/**
 * A token bucket that holds no more than one piece, told by the time at which the next byte may
 * go: whoever asks is served in turn, so connections that share it share it fairly.
 */
export class Throttle implements Pacer {
  readonly #bytesPerSecond: number
  #freeAtMs = 0

  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond
  }

  /** Small enough that a slow line moves ten times a second. */
  get pieceBytes(): number {
    return Math.max(1, Math.ceil(this.#bytesPerSecond / 10))
  }

  /** Resolves when so many bytes may go. */
  async take(byteLength: number): Promise<void> {
    const nowMs = performance.now()
    this.#freeAtMs = Math.max(nowMs, this.#freeAtMs) + (byteLength / this.#bytesPerSecond) * 1000
    await delay(this.#freeAtMs - nowMs)
  }
}

/** Stands still but for the bytes that a test lets pass. */
export class Valve implements Pacer {
  readonly pieceBytes = 64 * 1024
  #allowedBytes = 0
  #moved = Promise.withResolvers<void>()

  /** Lets so many more bytes pass. Infinity: everything from now on. */
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

/** Lets bytes through as all the pacers allow. */
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
