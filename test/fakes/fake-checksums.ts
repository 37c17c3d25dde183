import { crcBeside } from '../../electron/contract/checksum.ts'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../electron/contract/outcome.ts'
import type { Checksums, ChecksumWithCrc, Clock, PartBody } from '../../renderer/engine/ports.ts'
import { fakeChecksum, textOf } from './fake-source.ts'

/** If the checksum is itself a CRC, it is also the CRC of the bytes. */
export function partChecksumOf(checksum: string, crc = checksum): ChecksumWithCrc {
  return { checksum, crc }
}

/** Calculates checksums of the fake files' texts, at a given speed. */
export class FakeChecksums implements Checksums {
  readonly #clock: Clock
  #underWay = 0
  bytesPerMs = Number.POSITIVE_INFINITY
  mostAtOnce = 0
  /** If set, every checksum fails with this from now on. */
  trouble: Failure | null = null
  /** The calculated ranges, in order: `next 0-16`. */
  readonly calls: string[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The algorithm of each call, in the same order. */
  readonly algorithms: string[] = []

  readonly of: Checksums['of'] = async (body, algorithm, order, signal) => {
    const calculated = await this.#sum(body, algorithm, order, signal)
    return calculated.ok ? succeeded(calculated.value.checksum) : calculated
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
