import { crcBeside } from '../../electron/contract/checksum.ts'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../electron/contract/outcome.ts'
import type { Checksums, ChecksumWithCrc, Clock, PartBody } from '../../renderer/engine/ports.ts'
import { fakeChecksum, textOf } from './fake-source.ts'

/** A checksum that is a CRC is the CRC of its bytes, too. */
export function partChecksumOf(checksum: string, crc = checksum): ChecksumWithCrc {
  return { checksum, crc }
}

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

  /** The algorithm of each, in the same order. */
  readonly algorithms: string[] = []

  readonly of: Checksums['of'] = async (body, algorithm, order, signal) => {
    const summed = await this.#sum(body, algorithm, order, signal)
    return summed.ok ? succeeded(summed.value.checksum) : summed
  }

  readonly withCrc: Checksums['withCrc'] = (body, algorithm, order, signal) => {
    const crc = crcBeside(algorithm)
    const both = crc === algorithm ? algorithm : `${algorithm} and ${crc}`
    return this.#sum(body, both, order, signal)
  }

  async #sum(
    body: PartBody,
    algorithm: string,
    order: 'next' | 'idle',
    signal: AbortSignal,
  ): Promise<Outcome<ChecksumWithCrc>> {
    signal.throwIfAborted()
    this.calls.push(`${order} ${textOf(body)}`)
    this.algorithms.push(algorithm)
    this.#underWay += 1
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay)
    try {
      const ms = body.byteLength / this.bytesPerMs
      if (ms > 0) await this.#clock.sleep(ms, signal)
      return this.trouble === null
        ? succeeded(partChecksumOf(fakeChecksum(textOf(body))))
        : failed(this.trouble)
    } finally {
      this.#underWay -= 1
    }
  }
}
