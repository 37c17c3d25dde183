import type { UploadRecord } from '../../electron/contract/commands/uploads.ts'
import type { SourceId, UploadId } from '../../electron/contract/ids.ts'
import { S3_LIMITS, USUAL_PART_BYTES } from '../../electron/contract/limits.ts'
import { KeyedMutex } from '../../electron/lib/keyed-mutex.ts'
import { Semaphore } from '../../electron/lib/semaphore.ts'
import { Effects } from './effects.ts'
import { EventLoop } from './event-loop.ts'
import { MAX_CONCURRENT_READS } from './integrity/verification.ts'
import type { UploadEvent } from './machine/events.ts'
import { clearRecords, MarkOutbox, ReceiptOutbox } from './outbox.ts'
import type { NetworkStatus, QueuePorts } from './ports.ts'
import { Admission } from './scheduler/admission.ts'
import { PartScheduler } from './scheduler/concurrency-window.ts'
import { RateLimiter } from './scheduler/rate-limiter.ts'
import { PartSigner } from './transfer/part-signer.ts'
import { hasEnded, isUnfinished, isWorthRetry, newUpload, type Upload } from './upload.ts'
import type { UploadQueue } from './view/queue-view.ts'
import { UploadList } from './view/upload-list.ts'

export function createUploadQueue(ports: QueuePorts, options: QueueOptions): UploadQueue {
  const queue = new QueueDriver(ports, options)
  const { list: board } = queue
  return {
    subscribe: (listener) => board.subscribe(listener),
    snapshot: () => board.snapshot(),
    subscribeUpload: (uploadId, listener) => board.subscribeUpload(uploadId, listener),
    upload: (uploadId) => board.view(uploadId),
    adopt: (records) => queue.adopt(records),
    attachSource: (uploadId, sourceId) => queue.attachSource(uploadId, sourceId),
    supersede: (uploadId, successor) => queue.supersede(uploadId, successor),
    pause: (uploadId) => queue.dispatch(uploadId, { type: 'pause-asked' }),
    resume: (uploadId) => queue.dispatch(uploadId, { type: 'resume-asked' }),
    retry: (uploadId) => queue.dispatch(uploadId, { type: 'retry-asked' }),
    cancel: (uploadId) => queue.dispatch(uploadId, { type: 'cancel-asked' }),
    pauseAll: () => queue.dispatchAll({ type: 'pause-asked' }, isUnfinished),
    resumeAll: () => queue.dispatchAll({ type: 'resume-asked' }, isUnfinished),
    retryAll: () => queue.dispatchAll({ type: 'retry-asked' }, isWorthRetry),
    cancelAll: () => queue.dispatchAll({ type: 'cancel-asked' }, (row) => !hasEnded(row)),
    clearFinished: () => queue.clear(hasEnded),
    clear: (uploadId) => queue.clear((row) => row.uploadId === uploadId),
    close: () => queue.close(),
  }
}

/** What the queue has to know of where an upload goes. */
export interface UploadDestination {
  /** Uploads to one endpoint share its connections and its places. */
  readonly endpoint: string
  readonly maxPartCount: number
  /** Where the rules leave the length of parts to Ferry. */
  readonly usualPartBytes: number
}

export interface QueueOptions {
  /** Null: the page does not know the destination (any more); the host will say what is wrong. */
  readonly destinationOf: (record: UploadRecord) => UploadDestination | null
}

/** Few enough to leave the way to the host open for other calls. */
const MAX_CONCURRENT_CANCELS = 2

/** The rows of one queue, and what the world and the person tell them. */
export class QueueDriver {
  readonly list: UploadList
  readonly #ports: QueuePorts
  readonly #loop: EventLoop
  readonly #mutex = new KeyedMutex<UploadId>()
  readonly #marks: MarkOutbox
  readonly #closing = new AbortController()
  readonly #receipts: ReceiptOutbox
  readonly #stopListening: readonly (() => void)[]
  /** A late notice of the host must not bring a cleared row back. */
  readonly #cleared = new Set<UploadId>()
  #sequence = 0

  constructor(ports: QueuePorts, { destinationOf }: QueueOptions) {
    const { control, clock, network, power, rules } = ports
    const { signal: closing } = this.#closing
    const storeOf = ({ record }: Upload) => destinationOf(record)?.endpoint ?? record.destinationId
    this.#ports = ports
    this.list = new UploadList(clock.now, ports.sources)
    this.#marks = new MarkOutbox(control, clock, this.#mutex, closing)
    this.#receipts = new ReceiptOutbox(control, clock, closing)
    const paid = () => this.#loop.reschedule()
    const speeds = new RateLimiter({ clock, rules, capacityFreed: paid, closing })
    const slots = new PartScheduler({ clock, rules, rateLimiter: speeds })
    this.#loop = new EventLoop({
      clock,
      list: this.list,
      admission: new Admission(storeOf),
      scheduler: slots,
      rateLimiter: speeds,
      perform: (row, effect) => driver.perform(row, effect),
      prefetch: (row) => driver.prefetch(row),
      closing,
    })
    const driver = new Effects({
      ports,
      networkOf: (row) => networkFor(storeOf(row), network),
      limitsOf: ({ record }) => ({
        maxPartCount: destinationOf(record)?.maxPartCount ?? S3_LIMITS.maxPartCount,
        usualPartBytes: destinationOf(record)?.usualPartBytes ?? USUAL_PART_BYTES,
        ...rules.limitsOf(record.destinationId),
      }),
      signer: new PartSigner(control, clock),
      readSemaphore: new Semaphore(MAX_CONCURRENT_READS),
      receipts: this.#receipts,
      marks: this.#marks,
      mutex: this.#mutex,
      cancelSemaphore: new Semaphore(MAX_CONCURRENT_CANCELS),
      closing,
      dispatch: (row, event) => this.#loop.dispatch(row, event),
      reschedule: () => this.#loop.reschedule(),
      progressed: () => this.#loop.progressed(),
      partEnded: (row, failure, startedAtMs) => slots.partEnded(storeOf(row), failure, startedAtMs),
      refund: ({ record }, byteLength) => speeds.refund(record.destinationId, byteLength),
    })
    this.#stopListening = [
      rules.subscribe(() => this.#loop.reschedule()),
      network.subscribe(() => {
        if (network.isOnline()) this.dispatchAll({ type: 'network-changed' }, isUnfinished)
      }),
      power.subscribe((state) => {
        this.dispatchAll({ type: state === 'asleep' ? 'slept' : 'woke' }, isUnfinished)
      }),
    ]
  }

  adopt(records: readonly UploadRecord[]): void {
    const events = records.flatMap((record) => this.#adoptOne(record))
    this.#loop.dispatchAll(events)
  }

  #adoptOne(record: UploadRecord): readonly (readonly [Upload, UploadEvent])[] {
    const row = this.list.get(record.uploadId)
    if (row !== undefined) return this.#refresh(row, record)
    if (this.#cleared.has(record.uploadId)) return []
    this.#sequence += 1
    const hasSource = this.#ports.sources(record) !== null
    const added = newUpload(record, this.#sequence, hasSource, this.#ports.clock.now())
    this.list.add(added)
    this.#loop.enqueue(added, false)
    return []
  }

  /** The host's word on what has ended counts; on what is under way, this queue knows better. */
  #refresh(row: Upload, record: UploadRecord): readonly (readonly [Upload, UploadEvent])[] {
    // A snapshot that was on its way while the upload ended is outdated.
    if (hasRecordEnded(row.record) && !hasRecordEnded(record)) return []
    row.record = { ...record, sourceId: record.sourceId ?? row.record.sourceId }
    this.list.changed(row)
    if (record.status.phase === 'done') return [[row, { type: 'completed' }]]
    if (record.status.phase === 'cancelled') return [[row, { type: 'cancelled' }]]
    const isAttached = row.state.phase === 'needs-you' && this.#ports.sources(row.record) !== null
    return isAttached ? [[row, { type: 'source-attached' }]] : []
  }

  attachSource(uploadId: UploadId, sourceId: SourceId): void {
    const row = this.list.get(uploadId)
    if (row === undefined) return
    row.record = { ...row.record, sourceId }
    this.list.changed(row)
    this.#dispatchTo(row, { type: 'source-attached' })
  }

  supersede(uploadId: UploadId, successor: UploadRecord): void {
    this.adopt([successor])
    const row = this.list.get(successor.uploadId)
    const old = this.list.get(uploadId)
    if (row !== undefined && old !== undefined) row.sequence = old.sequence
    if (old !== undefined) this.#dismiss(old)
    if (row !== undefined) this.#loop.enqueue(row, true)
    this.#loop.reschedule()
  }

  /** The host has taken the record off its list already. */
  #dismiss(row: Upload): void {
    this.#cleared.add(row.uploadId)
    this.#loop.dismiss(row)
    this.#marks.drop(row.uploadId)
    this.#receipts.drop(row.uploadId)
    this.list.remove(row.uploadId)
  }

  dispatch(uploadId: UploadId, event: UploadEvent): void {
    const row = this.list.get(uploadId)
    if (row !== undefined) this.#dispatchTo(row, event)
  }

  /** The person meant this one row: it goes ahead of those that merely wait. */
  #dispatchTo(row: Upload, event: UploadEvent): void {
    const wasQueued = row.state.phase === 'queued'
    this.#loop.dispatch(row, event)
    if (!wasQueued) this.#loop.enqueue(row, true)
  }

  dispatchAll(event: UploadEvent, isMeant: (row: Upload) => boolean): void {
    const rows = [...this.list.rows()].filter(isMeant)
    this.#loop.dispatchAll(rows.map((row) => [row, event] as const))
  }

  clear(isMeant: (row: Upload) => boolean): void {
    const rows = [...this.list.rows()].filter((row) => !isUnfinished(row) && isMeant(row))
    for (const { uploadId } of rows) {
      this.#cleared.add(uploadId)
      this.list.remove(uploadId)
    }
    this.list.notifyListeners()
    const ports = { ...this.#ports, mutex: this.#mutex, marks: this.#marks }
    const uploadIds = rows.map((row) => row.uploadId)
    void clearRecords({ ...ports, closing: this.#closing.signal }, uploadIds)
  }

  close(): void {
    for (const stop of this.#stopListening) stop()
    this.#closing.abort()
    for (const row of this.list.rows()) row.run?.controller.abort()
  }
}

function hasRecordEnded(record: UploadRecord): boolean {
  return record.status.phase === 'done' || record.status.phase === 'cancelled'
}

/** What the browser says of the network is nothing to a store that is reached without one. */
const ALWAYS_ONLINE: NetworkStatus = { isOnline: () => true, subscribe: () => () => {} }

/** The network as it matters to a store. */
export function networkFor(endpoint: string, network: NetworkStatus): NetworkStatus {
  return isOnThisComputer(endpoint) ? ALWAYS_ONLINE : network
}

function isOnThisComputer(endpoint: string): boolean {
  return /^https?:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?\/?$/.test(endpoint)
}
