import type { SourceId, UploadId } from '../../../electron/contract/ids.ts'
import { S3_LIMITS, USUAL_PART_BYTES } from '../../../electron/contract/limits.ts'
import type { UploadRecord } from '../../../electron/contract/upload.ts'
import { clearRecords } from './clear-outbox.ts'
import { MarkOutbox } from './mark-outbox.ts'
import { NarrowGate } from './narrow-gate.ts'
import { networkTo } from './network-to.ts'
import { PartSigner } from './part-signer.ts'
import type { QueuePorts } from './ports.ts'
import { QueueBoard } from './queue-board.ts'
import { QueueRunner } from './queue-runner.ts'
import { ReadingGate } from './reading-gate.ts'
import { ReceiptOutbox } from './receipt-outbox.ts'
import { SlotSharing } from './slot-sharing.ts'
import { SpeedLimits } from './speed-limits.ts'
import { Turnstile } from './turnstile.ts'
import { UploadDriver } from './upload-driver.ts'
import { isUnfinished, newRow, type Row } from './upload-row.ts'
import type { UploadEvent } from './upload-state.ts'
import { Waitlist } from './waitlist.ts'

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
const CANCELS_AT_ONCE = 2

/** The rows of one queue, and what the world and the person tell them. */
export class PortDrivenQueue {
  readonly board: QueueBoard
  readonly #ports: QueuePorts
  readonly #runner: QueueRunner
  readonly #turnstile = new Turnstile()
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
    const storeOf = ({ record }: Row) => destinationOf(record)?.endpoint ?? record.destinationId
    this.#ports = ports
    this.board = new QueueBoard(clock.now, ports.sources)
    this.#marks = new MarkOutbox(control, clock, this.#turnstile, closing)
    this.#receipts = new ReceiptOutbox(control, clock, closing)
    const paid = () => this.#runner.reschedule()
    const speeds = new SpeedLimits({ clock, rules, paid, closing })
    const slots = new SlotSharing({ clock, rules, speeds })
    this.#runner = new QueueRunner({
      clock,
      board: this.board,
      waitlist: new Waitlist(storeOf),
      slots,
      speeds,
      perform: (row, effect) => driver.perform(row, effect),
      stockUp: (row) => driver.stockUp(row),
      closing,
    })
    const driver = new UploadDriver({
      ports,
      networkOf: (row) => networkTo(storeOf(row), network),
      limitsOf: ({ record }) => ({
        maxPartCount: destinationOf(record)?.maxPartCount ?? S3_LIMITS.maxPartCount,
        usualPartBytes: destinationOf(record)?.usualPartBytes ?? USUAL_PART_BYTES,
        ...rules.limitsOf(record.destinationId),
      }),
      signer: new PartSigner(control, clock),
      gate: new ReadingGate(),
      receipts: this.#receipts,
      marks: this.#marks,
      turnstile: this.#turnstile,
      cancelGate: new NarrowGate(CANCELS_AT_ONCE),
      closing,
      dispatch: (row, event) => this.#runner.dispatch(row, event),
      reschedule: () => this.#runner.reschedule(),
      progressed: () => this.#runner.progressed(),
      partEnded: (row, failure, startedAtMs) => slots.partEnded(storeOf(row), failure, startedAtMs),
      notSent: ({ record }, byteLength) => speeds.giveBack(record.destinationId, byteLength),
    })
    this.#stopListening = [
      rules.subscribe(() => this.#runner.reschedule()),
      network.subscribe(() => {
        if (network.isOnline()) this.tellAll({ type: 'network-changed' }, isUnfinished)
      }),
      power.subscribe((state) => {
        this.tellAll({ type: state === 'asleep' ? 'slept' : 'woke' }, isUnfinished)
      }),
    ]
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

  supersede(uploadId: UploadId, successor: UploadRecord): void {
    this.adopt([successor])
    const row = this.board.row(successor.uploadId)
    const old = this.board.row(uploadId)
    if (row !== undefined && old !== undefined) row.sequence = old.sequence
    if (old !== undefined) this.#dismiss(old)
    if (row !== undefined) this.#runner.enlist(row, true)
    this.#runner.reschedule()
  }

  /** The host has taken the record off its list already. */
  #dismiss(row: Row): void {
    this.#cleared.add(row.uploadId)
    this.#runner.dismiss(row)
    this.#marks.drop(row.uploadId)
    this.#receipts.drop(row.uploadId)
    this.board.remove(row.uploadId)
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
    const rows = [...this.board.rows()].filter((row) => !isUnfinished(row) && isMeant(row))
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
    for (const stop of this.#stopListening) stop()
    this.#closing.abort()
    for (const row of this.board.rows()) row.run?.controller.abort()
  }
}

function hasEnded(record: UploadRecord): boolean {
  return record.status.phase === 'done' || record.status.phase === 'cancelled'
}
