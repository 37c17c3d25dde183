import { type ChecksumAlgorithm, crcBeside } from '../../electron/contract/checksum.ts'
import { type Outcome, succeeded } from '../../electron/contract/outcome.ts'
import type { Checksums, PartBody } from '../engine/ports.ts'
import { startBundledWorker } from './bundled-workers.ts'
import { type ChecksumJob, ChecksumWorkerClient } from './checksum-worker-client.ts'

/**
 * Two workers read and hash a file as fast as a disk delivers it; more would only slow down
 * sending.
 */
const MAX_WORKERS = 2
/**
 * Long enough for a disk to spin up, but no longer: Chromium sometimes loses a read, which then
 * never returns, and hashing a part again costs less than waiting.
 */
const SILENCE_TIMEOUT_MS = 15_000

interface ChecksumPoolOptions {
  readonly workerCount: number
  readonly silenceTimeoutMs: number
}

/**
 * Computes checksums in workers, one body per worker at a time; bodies that something waits for go
 * first.
 */
export function checksumPool(options: Partial<ChecksumPoolOptions> = {}): Checksums {
  const { workerCount = defaultWorkerCount(), silenceTimeoutMs = SILENCE_TIMEOUT_MS } = options
  const waiting = { next: new Set<ChecksumJob>(), idle: new Set<ChecksumJob>() }
  const workers = Array.from(
    { length: workerCount },
    () => new ChecksumWorkerClient({ startWorker, silenceTimeoutMs, onIdle: startJobs }),
  )

  function startJobs(): void {
    for (const worker of workers) {
      const queue = waiting.next.size > 0 ? waiting.next : waiting.idle
      const [job] = queue
      if (job === undefined || !worker.isIdle) continue
      queue.delete(job)
      worker.take(job)
    }
  }

  const compute = (
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
        for (const worker of workers) worker.stop(job)
        reject(signal.reason)
      }
      signal.addEventListener('abort', abort, { once: true })
      waiting[order].add(job)
      startJobs()
    })

  return {
    of: async (body, algorithm, order, signal) => {
      const computed = await compute(body, [algorithm], order, signal)
      return computed.ok ? succeeded(computed.value[0] ?? '') : computed
    },
    withCrc: async (body, algorithm, order, signal) => {
      const computed = await compute(
        body,
        [...new Set([algorithm, crcBeside(algorithm)])],
        order,
        signal,
      )
      if (!computed.ok) return computed
      const [checksum = '', crc = checksum] = computed.value
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
