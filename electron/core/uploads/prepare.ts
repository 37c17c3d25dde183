import type { UploadId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { PartPlan } from '../../contract/part-plan.ts'
import type { HeldPart, PreparedUpload } from '../../contract/upload.ts'
import type { UploadRow } from '../records/upload-row.ts'
import { findPlace } from './find-place.ts'
import { fitting, listParts } from './list-parts.ts'
import { beginMultipart } from './multipart.ts'
import { planFor } from './plan.ts'
import {
  isUnfinished,
  type UploadAtStore,
  type UploadContext,
  uploadAtStore,
} from './upload-context.ts'

/**
 * Begins an upload at the store, or asks the store what it holds of one that began before.
 * @param partBytes counts only the first time; afterwards the recorded plan stands.
 */
export async function prepareUpload(
  context: UploadContext,
  uploadId: UploadId,
  partBytes: number | null,
  signal: AbortSignal,
): Promise<Outcome<PreparedUpload>> {
  const row = context.records.find(uploadId)
  if (row === null) return failed({ kind: 'unknown-id' })
  const { status, plan } = row.record
  // The answer to Complete was lost on its way to the page.
  if (status.phase === 'done' && plan !== null) return succeeded(complete(plan))
  if (!isUnfinished(row)) return failed({ kind: 'not-now' })
  const found = await uploadAtStore(context, row)
  if (!found.ok) return found
  const { store } = found.value
  if (plan !== null) return prepareAgain(context, found.value, plan, signal)
  const made = planFor(row.record.byteLength, partBytes, store.destination.maxPartCount)
  if (!made.ok) return made
  return prepareAfresh(context, { store, row }, made.value, signal)
}

async function prepareAgain(
  context: UploadContext,
  { row, store }: UploadAtStore,
  plan: PartPlan,
  signal: AbortSignal,
): Promise<Outcome<PreparedUpload>> {
  const { uploadId, key } = row.record
  if (row.storeUploadId === null) return prepareAfresh(context, { row, store }, plan, signal)
  const upload = { key, storeUploadId: row.storeUploadId }
  const listed = await listParts(store, upload, signal)
  if (listed.ok) {
    const held = fitting(plan, listed.value)
    context.records.parts.replace(uploadId, plan, held)
    return succeeded(begun(plan, held))
  }
  if (listed.failure.kind !== 'upload-gone') return listed
  // Completed and the answer lost, or aborted by a lifecycle rule: the object itself tells.
  const fresh = context.records.forgetProgress(uploadId)
  return prepareAfresh(context, { row: fresh, store }, plan, signal)
}

/** Nothing is held; perhaps the whole object is. */
async function prepareAfresh(
  context: UploadContext,
  { row, store }: UploadAtStore,
  plan: PartPlan,
  signal: AbortSignal,
): Promise<Outcome<PreparedUpload>> {
  const place = await findPlace(context, store, row, signal)
  if (!place.ok) return place
  if (place.value.kind === 'ours') return succeeded(complete(plan))
  const placed = recordPlan(context, row, plan, place.value.placing)
  if (plan.mode === 'single') return succeeded(begun(plan, []))
  const begunRow = await beginMultipart(context, { row: placed, store }, signal)
  return begunRow.ok ? succeeded(begun(plan, [])) : begunRow
}

function recordPlan(
  context: UploadContext,
  row: UploadRow,
  plan: PartPlan,
  placing: { readonly key: string; readonly name: string },
): UploadRow {
  const { uploadId, key } = row.record
  const planned = context.records.setPlan(uploadId, plan)
  if (placing.key === key) return planned
  const renamed = context.records.setKey(uploadId, placing.key, placing.name)
  context.changed([renamed.record])
  return renamed
}

function begun(plan: PartPlan, held: HeldPart[]): PreparedUpload {
  return { plan, held, isComplete: false }
}

function complete(plan: PartPlan): PreparedUpload {
  return { plan, held: [], isComplete: true }
}
