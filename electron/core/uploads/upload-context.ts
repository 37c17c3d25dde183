import type { UploadRecord } from '../../contract/commands/uploads.ts'
import type { UploadId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { Stores } from '../destinations/stores.ts'
import type { Log } from '../ports.ts'
import type { UploadRecords } from '../records/upload-records.ts'
import type { UploadRow } from '../records/upload-row.ts'
import { checkSource } from '../sources.ts'
import type { Store } from '../store/store.ts'
import type { NoResponseReasons } from './diagnosis/no-response-reasons.ts'
import type { PutProbeRunner } from './diagnosis/put-probe-runner.ts'
import { storeOfUpload } from './upload-place.ts'

/** What the steps of an upload work with. */
export interface UploadContext {
  readonly records: UploadRecords
  readonly stores: Stores
  readonly log: Log
  /** PUTs of the host's own, by which it finds out what the page cannot see. */
  readonly putProbes: PutProbeRunner
  readonly reasons: NoResponseReasons
  /** Epoch ms, this computer's. */
  readonly now: () => number
  /** Ends early, and quietly, when `signal` is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Tells pages of records that changed by themselves. */
  readonly changed: (uploads: UploadRecord[]) => void
}

export interface UploadAtStore {
  readonly row: UploadRow
  readonly store: Store
}

export function isUnfinished(row: UploadRow): boolean {
  const { phase } = row.record.status
  return phase === 'waiting' || phase === 'paused' || phase === 'failed'
}

/** The row of an upload that can still be worked on. Fails with `unknown-id` or `not-now`. */
export function unfinishedRow(context: UploadContext, uploadId: UploadId): Outcome<UploadRow> {
  const row = context.records.find(uploadId)
  if (row === null) return failed({ kind: 'unknown-id' })
  return isUnfinished(row) ? succeeded(row) : failed({ kind: 'not-now' })
}

/**
 * Row and store of an upload whose file, where the host can see it, is what it was.
 * @param find `storeToBegin` for one that may still follow its destination.
 */
export async function uploadAtStore(
  context: UploadContext,
  row: UploadRow,
  find: typeof storeOfUpload = storeOfUpload,
): Promise<Outcome<UploadAtStore>> {
  if (row.path !== null) {
    const { byteLength } = row.record
    const intact = await checkSource(row.path, { byteLength, modifiedAtMs: row.modifiedAtMs })
    if (!intact.ok) return intact
  }
  const store = await find(context, row)
  return store.ok ? succeeded({ row, store: store.value }) : store
}
