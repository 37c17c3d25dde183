import type { UploadRecord } from '../../electron/contract/commands/uploads.ts'
import type { Failure, FailureKind } from '../../electron/contract/failure/kinds.ts'
import type { SourceId, UploadId } from '../../electron/contract/ids.ts'
import { unreachable } from '../../electron/lib/unreachable.ts'
import type { ChecksumPrefetch } from './integrity/checksum-prefetch.ts'
import { checksumsAfterPrepare, type PartChecksums } from './integrity/part-checksums.ts'
import type { UploadEffect, UploadEvent } from './machine/events.ts'
import { restingState } from './machine/failure-transitions.ts'
import type { UploadState } from './machine/state.ts'
import { step } from './machine/transitions.ts'
import type { FileSource, SourceLookup } from './ports.ts'
import {
  DEFAULT_SMOOTHING,
  newEstimate,
  nextEstimate,
  type Progress,
  progressFrom,
  type Smoothing,
  type SpeedEstimate,
  speedOf,
  withAcknowledgedPart,
  withoutInFlight,
  withoutPart,
  withSentBytes,
} from './view/progress.ts'

/**
 * The failure of an upload that met a bug in Ferry, so that it neither hangs nor retries for ever.
 */
export const PAGE_BUG: Failure = { kind: 'internal', reference: 'page' }

/** The work in progress for one upload, until it is stopped. */
export class Run {
  readonly #controller = new AbortController()
  /** Null: the page does not have the file. */
  readonly source: FileSource | null
  #prefetch: ChecksumPrefetch | null = null
  #background: AbortController | null = null

  constructor(source: FileSource | null) {
    this.source = source
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  end(): void {
    this.#controller.abort()
  }

  get prefetch(): ChecksumPrefetch | null {
    return this.#prefetch
  }

  prefetchWith(make: () => ChecksumPrefetch): ChecksumPrefetch {
    this.#prefetch ??= make()
    return this.#prefetch
  }

  /** There is only one background reading at a time. */
  beginBackgroundReading(): AbortSignal {
    this.endBackgroundReading()
    this.#background = new AbortController()
    return AbortSignal.any([this.#background.signal, this.signal])
  }

  endBackgroundReading(): void {
    this.#background?.abort()
  }
}

/** One upload in the queue: the only owner of its state, checksums, progress and current run. */
export class Upload {
  readonly uploadId: UploadId
  #record: UploadRecord
  #state: UploadState
  #run: Run | null = null
  /**
   * Null until the upload is prepared. Kept across pauses, since reading a file again takes long.
   */
  #checksums: PartChecksums | null = null
  /** The store already had the whole object when the upload was last prepared. */
  #isFoundComplete = false
  #progress: Progress
  #speed: SpeedEstimate
  #smoothing: Smoothing = DEFAULT_SMOOTHING
  #verifiedBytes = 0
  #hasHiddenAnswers = false

  constructor(record: UploadRecord, hasSource: boolean, nowMs: number) {
    this.uploadId = record.uploadId
    this.#record = record
    this.#state = stateFromRecord(record, hasSource)
    this.#progress = progressFrom(this.acknowledgedBytes)
    this.#speed = newEstimate(nowMs, this.acknowledgedBytes)
  }

  get record(): UploadRecord {
    return this.#record
  }

  get state(): UploadState {
    return this.#state
  }

  get run(): Run | null {
    return this.#run
  }

  get checksums(): PartChecksums | null {
    return this.#checksums
  }

  get acknowledgedBytes(): number {
    const { byteLength, recordedBytes, status } = this.#record
    if (this.#isFoundComplete || status.phase === 'done') return byteLength
    return this.#checksums?.storedBytes ?? recordedBytes
  }

  /** Acknowledged bytes and bytes in flight; never less than was shown before. */
  get shownBytes(): number {
    return this.#progress.shownBytes
  }

  /** Null while it is unknown. */
  get bytesPerSecond(): number | null {
    return speedOf(this.#speed, this.#smoothing)
  }

  /** How much of the file has been read again during verification. */
  get verifiedBytes(): number {
    return this.#verifiedBytes
  }

  /** True: the page cannot read the store's answers, so the host had to check. */
  get hasHiddenAnswers(): boolean {
    return this.#hasHiddenAnswers
  }

  /** Applies one event and returns the effects to run. */
  apply(event: UploadEvent, nowMs: number): readonly UploadEffect[] {
    this.#note(event, nowMs)
    const { state, effects } = step(this.#state, event)
    this.#state = state
    return effects
  }

  /** Records what an event says about the bytes, whatever the state makes of it. */
  #note(event: UploadEvent, nowMs: number): void {
    switch (event.type) {
      case 'prepared': {
        if (this.#state.phase !== 'preparing') break
        const { prepared } = event
        this.#checksums = checksumsAfterPrepare(this.#checksums, prepared, this.#record.sourceId)
        this.#isFoundComplete = prepared.isComplete
        this.#progress = progressFrom(this.acknowledgedBytes)
        this.#speed = newEstimate(nowMs, this.acknowledgedBytes)
        break
      }
      case 'part-acknowledged': {
        const { partNumber, checksum } = event.receipt
        this.#checksums?.recordAcknowledged(partNumber, checksum)
        this.#progress = withAcknowledgedPart(this.#progress, partNumber, this.acknowledgedBytes)
        break
      }
      case 'part-failed':
        if (event.failure.kind === 'body-corrupted') this.#checksums?.distrust(event.partNumber)
        this.#progress = withoutPart(this.#progress, event.partNumber)
        break
      case 'admitted':
      case 'parts-granted':
      case 'part-due':
      case 'verified':
      case 'call-failed':
      case 'completed':
      case 'cancelled':
      case 'wait-over':
      case 'network-changed':
      case 'slept':
      case 'woke':
      case 'source-attached':
      case 'pause-asked':
      case 'resume-asked':
      case 'retry-asked':
      case 'cancel-asked':
        break
      default:
        unreachable(event)
    }
  }

  /** The host's record changed. */
  replaceRecord(record: UploadRecord): void {
    this.#record = record
  }

  attachSource(sourceId: SourceId): void {
    this.#record = { ...this.#record, sourceId }
  }

  /** Returns the current run; starts one if there is none. */
  ensureRun(sources: SourceLookup): Run {
    this.#run ??= new Run(sources(this.#record))
    return this.#run
  }

  stop(): void {
    this.#run?.end()
    this.#run = null
    this.#progress = withoutInFlight(this.#progress)
    if (hasEnded(this)) this.#checksums = null
  }

  /** The transport handed this many bytes of a part to the network. */
  sent(partNumber: number, sentBytes: number): void {
    this.#progress = withSentBytes(this.#progress, partNumber, sentBytes, this.acknowledgedBytes)
  }

  verifiedFrom(byteCount: number): void {
    this.#verifiedBytes = byteCount
  }

  addVerified(byteCount: number): void {
    this.#verifiedBytes += byteCount
  }

  foundHiddenAnswers(): void {
    this.#hasHiddenAnswers = true
  }

  /** Measures the speed; call this at most a few times a second. */
  measure(nowMs: number, smoothing: Smoothing): void {
    this.#smoothing = smoothing
    this.#speed = nextEstimate(this.#speed, nowMs, this.shownBytes, smoothing)
  }
}

/** The first state of an upload from an earlier run. */
function stateFromRecord(record: UploadRecord, hasSource: boolean): UploadState {
  const { status } = record
  switch (status.phase) {
    case 'waiting':
      return hasSource || isAllRecorded(record)
        ? { phase: 'queued' }
        : { phase: 'needs-you', failure: { kind: 'source-detached' } }
    case 'failed':
      return restingState(status.failure)
    case 'paused':
    case 'done':
    case 'cancelled':
      return { phase: status.phase }
    default:
      return unreachable(status)
  }
}

/** True: only the store has to be asked, so the file itself may be missing. */
export function isAllRecorded(record: UploadRecord): boolean {
  return record.plan !== null && record.recordedBytes >= record.byteLength
}

/** True: the user may have decided to keep the object in the bucket; that needs no file. */
export function isAwaitingDecision({ status }: UploadRecord): boolean {
  return status.phase === 'failed' && status.failure.kind === 'key-taken'
}

type WithState = Pick<Upload, 'state'>

export function isUnfinished({ state }: WithState): boolean {
  return state.phase !== 'done' && state.phase !== 'failed' && state.phase !== 'cancelled'
}

/** Done or cancelled. A failed upload may continue with the parts that the store keeps. */
export function hasEnded({ state }: WithState): boolean {
  return state.phase === 'done' || state.phase === 'cancelled'
}

/** Failed, or waiting for the user. */
export function isStuck({ state }: WithState): boolean {
  return state.phase === 'failed' || state.phase === 'needs-you' || state.phase === 'blocked'
}

/** Waits for the user's decision about an object that already exists. */
export function isAskingUser({ state }: WithState): boolean {
  return state.phase === 'needs-you' && state.failure.kind === 'key-taken'
}

/**
 * Stuck, but another attempt may help. If the file has changed, the upload has to start over; if
 * the user was asked something, the answer comes first.
 */
export function isWorthRetry(upload: WithState): boolean {
  const { state } = upload
  const isFinal = state.phase === 'failed' && CHANGED_BYTES.has(state.failure.kind)
  return isStuck(upload) && !isFinal && !isAskingUser(upload)
}

const CHANGED_BYTES: ReadonlySet<FailureKind> = new Set(['source-changed', 'object-differs'])
