import type { FromPutWorker, PutEnd, PutOrder, ToPutWorker } from './put-protocol.ts'

export type JobEnd = PutEnd | { readonly type: 'worker-died' }

interface Job {
  readonly onSent: (sentBytes: number) => void
  readonly end: (end: JobEnd) => void
}

/** One worker and its running PUTs. */
class PutWorkerClient {
  readonly #worker: Worker
  readonly #jobs = new Map<number, Job>()
  readonly #started = Promise.withResolvers<boolean>()
  /** Origins that answered through this worker, so its policy allows them. */
  readonly #reached = new Set<string>()
  #nextJobId = 1
  #state: 'in-use' | 'retired' | 'dead' = 'in-use'

  constructor(worker: Worker) {
    this.#worker = worker
    worker.addEventListener('message', ({ data }: MessageEvent<FromPutWorker>) =>
      this.#handleMessage(data),
    )
    worker.addEventListener('error', () => this.#die())
  }

  /** False: its script could not be loaded. */
  get hasStarted(): Promise<boolean> {
    return this.#started.promise
  }

  get isDead(): boolean {
    return this.#state === 'dead'
  }

  hasReached(origin: string): boolean {
    return this.#reached.has(origin)
  }

  /** Rejects only when `signal` is aborted. */
  put(order: PutOrder, signal: AbortSignal, onSent: (sentBytes: number) => void): Promise<JobEnd> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      if (this.isDead) {
        resolve({ type: 'worker-died' })
        return
      }
      const jobId = this.#nextJobId
      this.#nextJobId += 1
      const abort = () => {
        this.#post({ type: 'abort', jobId })
        this.#forget(jobId)
        reject(signal.reason)
      }
      const end = (how: JobEnd) => {
        signal.removeEventListener('abort', abort)
        resolve(how)
      }
      this.#jobs.set(jobId, { onSent, end })
      signal.addEventListener('abort', abort, { once: true })
      this.#post({ type: 'put', jobId, order })
    })
  }

  /** The worker ends once its running PUTs have ended. */
  retire(): void {
    if (this.#state === 'in-use') this.#state = 'retired'
    this.#endIfIdle()
  }

  #handleMessage(message: FromPutWorker): void {
    if (message.type === 'started') this.#started.resolve(true)
    else this.#handleJobMessage(message)
  }

  #handleJobMessage(message: Exclude<FromPutWorker, { type: 'started' }>): void {
    const job = this.#jobs.get(message.jobId)
    // The job was aborted in the meantime.
    if (job === undefined) return
    if (message.type === 'sent') {
      job.onSent(message.sentBytes)
      return
    }
    const { end } = message
    if (end.type === 'answered') this.#reached.add(end.answer.origin)
    job.end(end)
    this.#forget(message.jobId)
  }

  #forget(jobId: number): void {
    this.#jobs.delete(jobId)
    this.#endIfIdle()
  }

  #endIfIdle(): void {
    if (this.#state !== 'retired' || this.#jobs.size > 0) return
    this.#state = 'dead'
    this.#worker.terminate()
  }

  #die(): void {
    this.#state = 'dead'
    this.#worker.terminate()
    this.#started.resolve(false)
    for (const job of this.#jobs.values()) job.end({ type: 'worker-died' })
    this.#jobs.clear()
  }

  #post(message: ToPutWorker): void {
    this.#worker.postMessage(message)
  }
}

/**
 * The worker that takes new PUTs. A worker's content security policy is fixed when its script is
 * loaded, so a new worker replaces it when the destinations have changed.
 */
export class CurrentPutWorker {
  readonly #startWorker: () => Worker
  #current: PutWorkerClient | null = null
  #isOutdated = true
  #starting: Promise<PutWorkerClient | null> | null = null

  constructor(startWorker: () => Worker) {
    this.#startWorker = startWorker
  }

  /** The next PUT goes to a worker whose script is fetched after this call. */
  replaceNext(): void {
    this.#isOutdated = true
  }

  /** Null: there is no worker, because the host that serves its script is away. */
  async ready(): Promise<PutWorkerClient | null> {
    if (this.#current?.isDead === false && !this.#isOutdated) return this.#current
    this.#starting ??= this.#start().finally(() => {
      this.#starting = null
    })
    return this.#starting
  }

  async #start(): Promise<PutWorkerClient | null> {
    // Set before loading, so that a change during loading makes this worker outdated, too.
    this.#isOutdated = false
    const fresh = new PutWorkerClient(this.#startWorker())
    if (await fresh.hasStarted) {
      this.#current?.retire()
      this.#current = fresh
      return fresh
    }
    this.#isOutdated = true
    // Parts that are already signed can still be sent while the host is away.
    return this.#current?.isDead === false ? this.#current : null
  }
}
