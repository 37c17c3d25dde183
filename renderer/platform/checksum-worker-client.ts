import type { ChecksumAlgorithm } from '../../electron/contract/checksum.ts'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../electron/contract/outcome.ts'

/** A worker sums up one body at a time: the next `sum` ends the one before. */
export type ToChecksumWorker =
  | {
      readonly type: 'sum'
      readonly jobId: number
      readonly body: Blob
      /** All of them in one reading. */
      readonly algorithms: readonly ChecksumAlgorithm[]
    }
  | { readonly type: 'stop' }

export type FromChecksumWorker =
  /** Its script has been loaded. */
  | { readonly type: 'started' }
  /** Now and then while it reads, so that silence means that it is dead. */
  | { readonly type: 'reading'; readonly jobId: number }
  /** In the order of the algorithms. */
  | { readonly type: 'summed'; readonly jobId: number; readonly checksums: readonly string[] }
  | { readonly type: 'failed'; readonly jobId: number; readonly failure: Failure }

export interface ChecksumJob {
  readonly body: Blob
  readonly algorithms: readonly ChecksumAlgorithm[]
  readonly end: (outcome: Outcome<readonly string[]>) => void
}

interface ChecksumWorkerClientDeps {
  readonly startWorker: () => Worker
  /** A worker that says nothing for so long while it has a job is dead. */
  readonly silenceTimeoutMs: number
  readonly onIdle: () => void
}

/** One worker and the job it has. A worker that dies is replaced when there is work for another. */
export class ChecksumWorkerClient {
  readonly #deps: ChecksumWorkerClientDeps
  #worker: Worker | null = null
  #hasStarted = false
  #job: ChecksumJob | null = null
  #jobId = 0
  #silenceTimer: ReturnType<typeof setTimeout> | undefined

  constructor(parts: ChecksumWorkerClientDeps) {
    this.#deps = parts
    // At once: later the host, from which it is loaded, may be away.
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
    this.#post({ type: 'sum', jobId: this.#jobId, body, algorithms })
    this.#restartSilenceTimer()
  }

  /** The job is not wanted any more; it gets no end. */
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
    else if (message.type === 'summed') this.#end(succeeded(message.checksums))
    else this.#end(failed(message.failure))
  }

  #restartSilenceTimer(): void {
    clearTimeout(this.#silenceTimer)
    this.#silenceTimer = setTimeout(() => this.#discardWorker(), this.#deps.silenceTimeoutMs)
  }

  /** Its job fails as something that is tried again. */
  #discardWorker(): void {
    this.#worker?.terminate()
    this.#worker = null
    // A script that was never loaded: nobody was there to serve it.
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
