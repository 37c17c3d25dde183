import type { ChecksumAlgorithm } from '../../electron/contract/checksum.ts'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../electron/contract/outcome.ts'

/** A worker hashes one body at a time: the next `compute` ends the previous one. */
export type ToChecksumWorker =
  | {
      readonly type: 'compute'
      readonly jobId: number
      readonly body: Blob
      /** All of them are computed in one reading. */
      readonly algorithms: readonly ChecksumAlgorithm[]
    }
  | { readonly type: 'stop' }

export type FromChecksumWorker =
  /** The script has been loaded. */
  | { readonly type: 'started' }
  /** Sent regularly while reading, so that silence means that the worker is dead. */
  | { readonly type: 'reading'; readonly jobId: number }
  /** In the order of the algorithms. */
  | { readonly type: 'computed'; readonly jobId: number; readonly checksums: readonly string[] }
  | { readonly type: 'failed'; readonly jobId: number; readonly failure: Failure }

export interface ChecksumJob {
  readonly body: Blob
  readonly algorithms: readonly ChecksumAlgorithm[]
  readonly end: (outcome: Outcome<readonly string[]>) => void
}

interface ChecksumWorkerClientDeps {
  readonly startWorker: () => Worker
  /** A worker that is silent for this long while it has a job is dead. */
  readonly silenceTimeoutMs: number
  readonly onIdle: () => void
}

/** One worker and its current job. A worker that dies is replaced when the next job comes. */
export class ChecksumWorkerClient {
  readonly #deps: ChecksumWorkerClientDeps
  #worker: Worker | null = null
  #hasStarted = false
  #job: ChecksumJob | null = null
  #jobId = 0
  #silenceTimer: ReturnType<typeof setTimeout> | undefined

  constructor(parts: ChecksumWorkerClientDeps) {
    this.#deps = parts
    // Started at once, because the host that serves the script may be away later.
    this.#worker = this.#start()
  }

  get isIdle(): boolean {
    return this.#job === null
  }

  take(job: ChecksumJob): void {
    this.#job = job
    this.#jobId += 1
    this.#worker ??= this.#start()
    const { body, algorithms } = job
    this.#post({ type: 'compute', jobId: this.#jobId, body, algorithms })
    this.#restartSilenceTimer()
  }

  /** Drops the job, whose `end` is not called. */
  stop(job: ChecksumJob): void {
    if (this.#job !== job) return
    this.#post({ type: 'stop' })
    this.#release()
  }

  #start(): Worker {
    const worker = this.#deps.startWorker()
    this.#hasStarted = false
    worker.addEventListener('message', ({ data }: MessageEvent<FromChecksumWorker>) => {
      if (worker === this.#worker) this.#handleMessage(data)
    })
    worker.addEventListener('error', () => {
      if (worker === this.#worker) this.#discardWorker()
    })
    return worker
  }

  #handleMessage(message: FromChecksumWorker): void {
    if (message.type === 'started') {
      this.#hasStarted = true
      return
    }
    if (this.#job === null || message.jobId !== this.#jobId) return
    if (message.type === 'reading') this.#restartSilenceTimer()
    else if (message.type === 'computed') this.#end(succeeded(message.checksums))
    else this.#end(failed(message.failure))
  }

  #restartSilenceTimer(): void {
    clearTimeout(this.#silenceTimer)
    this.#silenceTimer = setTimeout(() => this.#discardWorker(), this.#deps.silenceTimeoutMs)
  }

  /** Its job fails with a failure that is retried. */
  #discardWorker(): void {
    this.#worker?.terminate()
    this.#worker = null
    // If the script was never loaded, the host was not there to serve it.
    const failure: Failure = { kind: this.#hasStarted ? 'stalled' : 'host-gone' }
    if (this.#job !== null) this.#end(failed(failure))
  }

  #end(outcome: Outcome<readonly string[]>): void {
    this.#job?.end(outcome)
    this.#release()
  }

  #release(): void {
    clearTimeout(this.#silenceTimer)
    this.#job = null
    this.#deps.onIdle()
  }

  #post(message: ToChecksumWorker): void {
    this.#worker?.postMessage(message)
  }
}
