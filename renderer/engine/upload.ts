import type { UploadRecord } from '../../electron/contract/commands/uploads.ts'
import type { Failure, FailureKind } from '../../electron/contract/failure/kinds.ts'
import { MULTIPART_FROM_BYTES } from '../../electron/contract/limits.ts'
import type { ChecksumPrefetch } from './integrity/checksum-prefetch.ts'
import type { PartChecksums } from './integrity/part-checksums.ts'
import { restingState } from './machine/failure-transitions.ts'
import type { UploadState } from './machine/state.ts'
import type { FileSource } from './ports.ts'
import type { SizeClass } from './scheduler/concurrency-window.ts'
import {
  DEFAULT_SMOOTHING,
  newEstimate,
  type Progress,
  progressFrom,
  type Smoothing,
  type SpeedEstimate,
} from './view/progress.ts'
import type { UploadView } from './view/queue-view.ts'

/** So that a row which met a bug of ours stands still visibly, and not for ever. */
export const PAGE_BUG: Failure = { kind: 'internal', reference: 'page' }

/** What is under way for one upload; ends when `controller` aborts. */
export interface Run {
  readonly controller: AbortController
  /** Null: the page does not have the file. */
  readonly source: FileSource | null
  /** Made when there is something to send. */
  prefetch: ChecksumPrefetch | null
  /** Ends the reading that has time. */
  backgroundReading: AbortController | null
}

/** One upload in the queue. The queue and its driver change it; nobody else sees it. */
export interface Upload {
  readonly uploadId: UploadRecord['uploadId']
  /** Places the row in the list among those of the same moment. */
  sequence: number
  record: UploadRecord
  state: UploadState
  progress: Progress
  speed: SpeedEstimate
  smoothing: Smoothing
  /** When it was last given a slot, or admitted: a running number. */
  servedAt: number
  run: Run | null
  /** Null until the store was asked. */
  checksums: PartChecksums | null
  /** The host had to look, since the store's answers cannot be read by the page. */
  hasHiddenAnswers: boolean
  /** How far the final check is. */
  verifiedBytes: number
  /** Made when somebody asks, dropped when anything in it changed. */
  view: UploadView | null
}

export function newUpload(
  record: UploadRecord,
  sequence: number,
  hasSource: boolean,
  nowMs: number,
): Upload {
  const sentBytes = record.status.phase === 'done' ? record.byteLength : record.recordedBytes
  return {
    uploadId: record.uploadId,
    sequence,
    record,
    state: stateFromRecord(record, hasSource),
    progress: progressFrom(sentBytes),
    speed: newEstimate(nowMs, sentBytes),
    smoothing: DEFAULT_SMOOTHING,
    servedAt: 0,
    run: null,
    checksums: null,
    hasHiddenAnswers: false,
    verifiedBytes: 0,
    view: null,
  }
}

/** Where an upload of the last run goes on in this one. */
export function stateFromRecord(record: UploadRecord, hasSource: boolean): UploadState {
  const { status } = record
  switch (status.phase) {
    case 'waiting':
      return hasSource || isAllRecorded(record)
        ? { phase: 'queued' }
        : { phase: 'needs-you', failure: { kind: 'source-detached' } }
    case 'failed':
      return restingState(status.failure)
    default:
      return { phase: status.phase }
  }
}

/** Then only the store has to be asked, and the file itself may be missing. */
export function isAllRecorded(record: UploadRecord): boolean {
  return record.plan !== null && record.recordedBytes >= record.byteLength
}

/** What the person answered may be to leave the bucket as it is, and then no file is needed. */
export function isAwaitingDecision({ status }: UploadRecord): boolean {
  return status.phase === 'failed' && status.failure.kind === 'key-taken'
}

export function sizeClassOf(record: UploadRecord): SizeClass {
  return record.byteLength < MULTIPART_FROM_BYTES ? 'small' : 'large'
}

export function isUnfinished({ state }: Upload): boolean {
  return state.phase !== 'done' && state.phase !== 'failed' && state.phase !== 'cancelled'
}

/** For good: one that failed has parts at the store, and may go on. */
export function hasEnded({ state }: Upload): boolean {
  return state.phase === 'done' || state.phase === 'cancelled'
}

/** Failed, or waiting for the person. */
export function isStuck({ state }: Upload): boolean {
  return state.phase === 'failed' || state.phase === 'needs-you' || state.phase === 'blocked'
}

/** Waits for the person's word on an object that is there already. */
export function isAskingUser({ state }: Upload): boolean {
  return state.phase === 'needs-you' && state.failure.kind === 'key-taken'
}

/**
 * Stuck, and not for good: bytes that are not the file's any more have to be uploaded again, and a
 * question has to be answered first.
 */
export function isWorthRetry(row: Upload): boolean {
  const { state } = row
  const isForGood = state.phase === 'failed' && CHANGED_BYTES.has(state.failure.kind)
  return isStuck(row) && !isForGood && !isAskingUser(row)
}

const CHANGED_BYTES: ReadonlySet<FailureKind> = new Set(['source-changed', 'object-differs'])
