import { type ChecksumAlgorithm, crcBeside } from '../../electron/contract/checksum.ts'
import { type Outcome, succeeded } from '../../electron/contract/outcome.ts'
import type { Checksums, PartBody } from '../engine/ports.ts'
import { startBundledWorker } from './bundled-workers.ts'
import { type ChecksumJob, ChecksumWorkerClient } from './checksum-worker-client.ts'

/** Two read and sum up a file as fast as a disk delivers; more only take from the sending. */
const MAX_WORKERS = 2
/**
 * A disk that has to spin up may take its time. Not longer, since in Chromium a read gets lost now
 * and then and never comes back; a part that is summed up once more costs less than the waiting.
 */
const SILENCE_TIMEOUT_MS = 15_000

interface ChecksumPoolOptions {
  readonly workerCount: number
  readonly silenceTimeoutMs: number
}

/** Sums up bodies in workers, one body each at a time: first those that somebody waits for. */
export function checksumPool(options: Partial<ChecksumPoolOptions> = {}): Checksums {
  const { workerCount = defaultWorkerCount(), silenceTimeoutMs = SILENCE_TIMEOUT_MS } = options
  const waiting = { next: new Set<ChecksumJob>(), idle: new Set<ChecksumJob>() }
  const lanes = Array.from(
    { length: workerCount },
    () => new ChecksumWorkerClient({ startWorker, silenceTimeoutMs, onIdle: handOut }),
  )

  function handOut(): void {
    for (const lane of lanes) {
      const line = waiting.next.size > 0 ? waiting.next : waiting.idle
      const [job] = line
      if (job === undefined || !lane.isIdle) continue
      line.delete(job)
      lane.take(job)
    }
  }

  const all = (
    { payload }: PartBody,
    algorithms: readonly ChecksumAlgorithm[],
    order: 'next' | 'idle',
    signal: AbortSignal,
  ): Promise<Outcome<readonly string[]>> =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted()
      if (!(payload instanceof Blob)) throw new TypeError('The body is not a Blob')
      const job: ChecksumJob = {
        body: payload,
        algorithms,
        end: (outcome) => {
          signal.removeEventListener('abort', abort)
          resolve(outcome)
        },
      }
      const abort = () => {
        waiting[order].delete(job)
        for (const lane of lanes) lane.stop(job)
        reject(signal.reason)
      }
      signal.addEventListener('abort', abort, { once: true })
      waiting[order].add(job)
      handOut()
    })

  return {
    of: async (body, algorithm, order, signal) => {
      const summed = await all(body, [algorithm], order, signal)
      return summed.ok ? succeeded(summed.value[0] ?? '') : summed
    },
    withCrc: async (body, algorithm, order, signal) => {
      const summed = await all(body, [...new Set([algorithm, crcBeside(algorithm)])], order, signal)
      if (!summed.ok) return summed
      const [checksum = '', crc = checksum] = summed.value
      return succeeded({ checksum, crc })
    },
  }
}

function defaultWorkerCount(): number {
  return Math.min(MAX_WORKERS, Math.max(1, navigator.hardwareConcurrency))
}

function startWorker(): Worker {
  return startBundledWorker('checksums')
}
