import type { Failure } from '../../electron/contract/failure.ts'
import { failed, succeeded } from '../../electron/contract/outcome.ts'
import type { Checksums, Clock } from '../../renderer/upload/engine/ports.ts'
import { fakeSum, textOf } from './fake-source.ts'

/** Sums up what the fake files say, at the speed it is told. */
export class FakeChecksums implements Checksums {
  readonly #clock: Clock
  #underWay = 0
  bytesPerMs = Number.POSITIVE_INFINITY
  mostAtOnce = 0
  /** Set: every sum from now on fails so. */
  trouble: Failure | null = null
  /** What was summed up, in order: `next 0-16`. */
  readonly calls: string[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  readonly of: Checksums['of'] = async (body, _algorithm, order, signal) => {
    signal.throwIfAborted()
    this.calls.push(`${order} ${textOf(body)}`)
    this.#underWay += 1
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay)
    try {
      const ms = body.byteLength / this.bytesPerMs
      if (ms > 0) await this.#clock.sleep(ms, signal)
      return this.trouble === null ? succeeded(fakeSum(textOf(body))) : failed(this.trouble)
    } finally {
      this.#underWay -= 1
    }
  }
}
