import type { SourceId, UploadId } from '../../../electron/contract/ids.ts'
import { S3_LIMITS } from '../../../electron/contract/limits.ts'
import type { UploadRecord } from '../../../electron/contract/upload.ts'
import { clearRecords } from './clear-outbox.ts'
import { MarkOutbox } from './mark-outbox.ts'
import { NarrowGate } from './narrow-gate.ts'
import { PartSigner } from './part-signer.ts'
import type { NetworkStatus, QueuePorts } from './ports.ts'
import { QueueBoard } from './queue-board.ts'
import { QueueRunner } from './queue-runner.ts'
import type { UploadQueue } from './queue-view.ts'
import { ReceiptOutbox } from './receipt-outbox.ts'
import { Turnstile } from './turnstile.ts'
import { UploadDriver } from './upload-driver.ts'
import { newRow, type Row } from './upload-row.ts'
import type { UploadEvent, UploadPhase } from './upload-state.ts'
import { Waitlist } from './waitlist.ts'

/** What the queue has to know of where an upload goes. */
export interface UploadDestination {
  /** Uploads to one endpoint share its connections and its places. */
  readonly endpoint: string
  readonly maxPartCount: number
}

export interface QueueOptions {
  /** Null: the page does not know the destination (any more); the host will say what is wrong. */
  readonly destinationOf: (record: UploadRecord) => UploadDestination | null
}

/** Few enough to leave the way to the host open for other calls. */
const CANCELS_AT_ONCE = 2

export function createUploadQueue(ports: QueuePorts, options: QueueOptions): UploadQueue {
  const queue = new PortDrivenQueue(ports, options)
  const { board } = queue
  return {
    subscribe: (listener) => board.subscribe(listener),
    snapshot: () => board.snapshot(),
    subscribeUpload: (uploadId, listener) => board.subscribeUpload(uploadId, listener),
    upload: (uploadId) => board.view(uploadId),
    adopt: (records) => queue.adopt(records),
    attachSource: (uploadId, sourceId) => queue.attachSource(uploadId, sourceId),
    pause: (uploadId) => queue.tell(uploadId, { type: 'pause-asked' }),
    resume: (uploadId) => queue.tell(uploadId, { type: 'resume-asked' }),
    retry: (uploadId) => queue.tell(uploadId, { type: 'retry-asked' }),
    cancel: (uploadId) => queue.tell(uploadId, { type: 'cancel-asked' }),
    pauseAll: () => queue.tellAll({ type: 'pause-asked' }, UNFINISHED),
    resumeAll: () => queue.tellAll({ type: 'resume-asked' }, UNFINISHED),
    retryAll: () => queue.tellAll({ type: 'retry-asked' }, STUCK),
    cancelAll: () => queue.tellAll({ type: 'cancel-asked' }, UNFINISHED),
    clearFinished: () => queue.clear(() => true),
    clear: (uploadId) => queue.clear((row) => row.uploadId === uploadId),
    close: () => queue.close(),
  }
}

const FINISHED: ReadonlySet<UploadPhase> = new Set(['done', 'failed', 'cancelled'])
const STUCK = ({ state }: Row) => state.phase === 'failed' || state.phase === 'needs-you'
const UNFINISHED = (row: Row) => !FINISHED.has(row.state.phase)

/** What the browser says of the network is nothing to a store that is reached without one. */
const NO_NETWORK_NEEDED: NetworkStatus = { isOnline: () => true, subscribe: () => () => {} }

function isOnThisComputer(endpoint: string): boolean {
  return /^https?:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?\/?$/.test(endpoint)
}

class PortDrivenQueue {
  readonly board: QueueBoard
  readonly #ports: QueuePorts
  readonly #runner: QueueRunner
  readonly #turnstile = new Turnstile()
  readonly #marks: MarkOutbox
  readonly #closing = new AbortController()
  readonly #stopListening: () => void
  /** A late notice of the host must not bring a cleared row back. */
  readonly #cleared = new Set<UploadId>()
  #sequence = 0

  constructor(ports: QueuePorts, { destinationOf }: QueueOptions) {
    const { control, clock, network } = ports
    const { signal: closing } = this.#closing
    const storeOf = ({ record }: Row) => destinationOf(record)?.endpoint ?? record.destinationId
    this.#ports = ports
    this.board = new QueueBoard(clock.now())
    this.#marks = new MarkOutbox(control, clock, this.#turnstile, closing)
    this.#runner = new QueueRunner({
      clock,
      board: this.board,
      waitlist: new Waitlist(storeOf),
      storeOf,
      perform: (row, effect) => driver.perform(row, effect),
      closing,
    })
    const driver = new UploadDriver({
      ports,
      networkOf: (row) => (isOnThisComputer(storeOf(row)) ? NO_NETWORK_NEEDED : network),
      limitsOf: ({ record }) => destinationOf(record) ?? S3_LIMITS,
      signer: new PartSigner(control, clock),
      receipts: new ReceiptOutbox(control, clock, closing),
      marks: this.#marks,
      turnstile: this.#turnstile,
      cancelGate: new NarrowGate(CANCELS_AT_ONCE),
      closing,
      dispatch: (row, event) => this.#runner.dispatch(row, event),
      progressed: () => this.#runner.progressed(),
      partEnded: (row, failure, startedAtMs) => this.#runner.partEnded(row, failure, startedAtMs),
    })
    this.#stopListening = network.subscribe(() => {
      if (network.isOnline()) this.tellAll({ type: 'network-changed' }, UNFINISHED)
    })
  }

  adopt(records: readonly UploadRecord[]): void {
    const events = records.flatMap((record) => this.#adoptOne(record))
    this.#runner.dispatchAll(events)
  }

  #adoptOne(record: UploadRecord): readonly (readonly [Row, UploadEvent])[] {
    const row = this.board.row(record.uploadId)
    if (row !== undefined) return this.#refresh(row, record)
    if (this.#cleared.has(record.uploadId)) return []
    this.#sequence += 1
    const hasSource = this.#ports.sources(record) !== null
    const added = newRow(record, this.#sequence, hasSource, this.#ports.clock.now())
    this.board.add(added)
    this.#runner.enlist(added, false)
    return []
  }

  /** The host's word on what has ended counts; on what is under way, this queue knows better. */
  #refresh(row: Row, record: UploadRecord): readonly (readonly [Row, UploadEvent])[] {
    // A snapshot that was on its way while the upload ended is outdated.
    if (hasEnded(row.record) && !hasEnded(record)) return []
    row.record = { ...record, sourceId: record.sourceId ?? row.record.sourceId }
    this.board.changed(row)
    if (record.status.phase === 'done') return [[row, { type: 'completed' }]]
    if (record.status.phase === 'cancelled') return [[row, { type: 'cancelled' }]]
    const isAttached = row.state.phase === 'needs-you' && this.#ports.sources(row.record) !== null
    return isAttached ? [[row, { type: 'source-attached' }]] : []
  }

  attachSource(uploadId: UploadId, sourceId: SourceId): void {
    const row = this.board.row(uploadId)
    if (row === undefined) return
    row.record = { ...row.record, sourceId }
    this.board.changed(row)
    this.#tellRow(row, { type: 'source-attached' })
  }

  tell(uploadId: UploadId, event: UploadEvent): void {
    const row = this.board.row(uploadId)
    if (row !== undefined) this.#tellRow(row, event)
  }

  /** The person meant this one row: it goes ahead of those that merely wait. */
  #tellRow(row: Row, event: UploadEvent): void {
    const wasQueued = row.state.phase === 'queued'
    this.#runner.dispatch(row, event)
    if (!wasQueued) this.#runner.enlist(row, true)
  }

  tellAll(event: UploadEvent, isMeant: (row: Row) => boolean): void {
    const rows = [...this.board.rows()].filter(isMeant)
    this.#runner.dispatchAll(rows.map((row) => [row, event] as const))
  }

  clear(isMeant: (row: Row) => boolean): void {
    const rows = [...this.board.rows()].filter(
      (row) => FINISHED.has(row.state.phase) && isMeant(row),
    )
    for (const { uploadId } of rows) {
      this.#cleared.add(uploadId)
      this.board.remove(uploadId)
    }
    this.board.announce()
    const ports = { ...this.#ports, turnstile: this.#turnstile, marks: this.#marks }
    const uploadIds = rows.map((row) => row.uploadId)
    void clearRecords({ ...ports, closing: this.#closing.signal }, uploadIds)
  }

  close(): void {
    this.#stopListening()
    this.#closing.abort()
    for (const row of this.board.rows()) row.run?.controller.abort()
  }
}

function hasEnded(record: UploadRecord): boolean {
  return record.status.phase === 'done' || record.status.phase === 'cancelled'
}
