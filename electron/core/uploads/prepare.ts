import type { PreparedUpload } from '../../contract/commands/uploads.ts'
import { isDenied } from '../../contract/failure/s3-failure.ts'
import type { UploadId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { type PartPlan, partCountOf } from '../../contract/part-plan.ts'
import { providerOf } from '../../contract/providers/lookup.ts'
import type { StoredDestination } from '../destinations/stored-destination.ts'
import { type ChecksummedPart, partsByChecksum } from '../integrity/part-checksums.ts'
import {
  type IntegrityPlan,
  integrityPlanFor,
  integrityPlanOfBegun,
} from '../integrity/store-integrity.ts'
import type { UploadRow } from '../records/stored-upload.ts'
import { listParts, partsOfPlan } from '../s3/list-parts.ts'
import type { Guard } from '../s3/put-headers.ts'
import { beginMultipart } from './begin-multipart.ts'
import { cleanStore } from './cancel.ts'
import { abortOrphans } from './orphans.ts'
import { isOwnThere } from './own-object.ts'
import { applyRules } from './rules/admission.ts'
import { guardFor, resolveKey } from './rules/conflict.ts'
import { planParts } from './rules/plan-parts.ts'
import {
  isUnfinished,
  storeToBegin,
  targetOf,
  type UploadAtStore,
  type UploadContext,
  uploadAtStore,
} from './upload-context.ts'

/**
 * Begins an upload at the store, or asks the store which parts of an earlier beginning it holds.
 */
export async function prepareUpload(
  context: UploadContext,
  uploadId: UploadId,
  signal: AbortSignal,
): Promise<Outcome<PreparedUpload>> {
  const row = context.records.find(uploadId)
  if (row === null) return failed({ kind: 'unknown-id' })
  const { status, plan } = row.record
  // The answer to Complete was lost on its way to the page.
  if (status.phase === 'done' && plan !== null) return succeeded(complete(row, plan))
  if (!isUnfinished(row)) return failed({ kind: 'wrong-state' })
  const at = await ruledAtStore(context, row)
  if (!at.ok) return at
  context.putProbes.sweep(at.value.store)
  if (plan !== null) return prepareAgain(context, at.value, plan, signal)
  const planned = planFor(row.record.byteLength, at.value.store.destination)
  return planned.ok ? prepareAfresh(context, at.value, planned.value, signal) : planned
}

function planFor(byteLength: number, { provider, maxPartCount, rules }: StoredDestination) {
  const { usualPartBytes } = providerOf(provider)
  return planParts(byteLength, { ...rules, maxPartCount, usualPartBytes })
}

/** Applies the destination's current rules to the upload first. */
async function ruledAtStore(
  context: UploadContext,
  row: UploadRow,
): Promise<Outcome<UploadAtStore>> {
  const found = await uploadAtStore(context, row, storeToBegin)
  if (!found.ok) return found
  const { store } = found.value
  const ruled = applyRules(context, store.destination, row)
  return ruled.ok ? succeeded({ row: ruled.value, store }) : ruled
}

async function prepareAgain(
  context: UploadContext,
  at: UploadAtStore,
  plan: PartPlan,
  signal: AbortSignal,
): Promise<Outcome<PreparedUpload>> {
  const { row, store } = at
  const { uploadId, key } = row.record
  // The object was requested and may be about to appear: completing waits for it, or finds that it
  // does not appear. That way no file is sent again without being counted.
  const isOnItsWay = row.completingAtMs !== null
  if (row.storeUploadId === null) {
    return isOnItsWay ? succeeded(complete(row, plan)) : prepareAfresh(context, at, plan, signal)
  }
  const listed = await listParts(store, { key, storeUploadId: row.storeUploadId }, signal)
  if (listed.ok) {
    const integrity = row.integrity ?? (await freezeBegun(context, at, plan, signal))
    if ('failure' in integrity) return integrity
    const recorded = context.records.parts.all(uploadId)
    const { held, unknown } = partsByChecksum(
      integrity.algorithm,
      partsOfPlan(plan, listed.value),
      recorded,
      row.encryption,
    )
    context.records.parts.reconcile(uploadId, plan, held, unknown)
    return succeeded(begun(plan, integrity, held))
  }
  // Ceph also gives this answer about ended uploads, to access keys that may not list the bucket.
  const isHidden = isDenied(listed.failure)
  const isGone = listed.failure.kind === 'upload-gone'
  if (isOnItsWay && (isHidden || isGone)) return succeeded(complete(row, plan))
  const isOver = isHidden ? await isOwnThere(at, signal) : isGone
  // Either it was completed and the answer lost, or a lifecycle rule aborted it: the object tells
  // which.
  return isOver ? prepareAfresh(context, at, plan, signal) : listed
}

/** For uploads that began in a version of Ferry without checksums. */
async function freezeBegun(
  context: UploadContext,
  { row, store }: UploadAtStore,
  plan: PartPlan,
  signal: AbortSignal,
) {
  const integrity = await integrityPlanOfBegun(context, store, signal)
  if (!integrity.ok) return integrity
  const place = targetOf(store.destination)
  context.records.setPlan(row.record.uploadId, plan, integrity.value, place)
  return integrity.value
}

/** The store holds no part, but perhaps the whole object. */
async function prepareAfresh(
  context: UploadContext,
  { row, store }: UploadAtStore,
  plan: PartPlan,
  signal: AbortSignal,
): Promise<Outcome<PreparedUpload>> {
  const place = await resolveKey(context, store, row, signal)
  if (!place.ok) return place
  if (place.value.kind === 'skipped') return skip(context, row, signal)
  if (place.value.kind === 'ours' && isProvable(context, row, plan)) {
    return succeeded(complete(row, plan))
  }
  const cleared = await forgetBegun(context, { row, store }, signal)
  if (!cleared.ok) return cleared
  const integrity = await integrityPlanFor(context, store, signal)
  if (!integrity.ok) return integrity
  // Our earlier object cannot be verified, so reuse its key and upload again.
  const [placing, guard] =
    place.value.kind === 'ours'
      ? [row.record, 'none' as const]
      : [place.value.placing, guardFor(store, plan, place.value.guard)]
  const { uploadId } = row.record
  const at = targetOf(store.destination)
  context.records.setPlan(uploadId, plan, integrity.value, at)
  const planned = recordKey(context, cleared.value, placing, guard)
  if (plan.mode === 'single') return succeeded(begun(plan, integrity.value, []))
  const begunRow = await beginMultipart(context, { row: planned, store }, signal)
  return begunRow.ok ? succeeded(begun(plan, integrity.value, [])) : begunRow
}

/** The existing object is to be kept, so this upload has ended. */
async function skip(
  context: UploadContext,
  row: UploadRow,
  signal: AbortSignal,
): Promise<Outcome<PreparedUpload>> {
  const skipped = context.records.skip(row.record.uploadId)
  const { record } = await cleanStore(context, skipped, signal)
  if (record !== null) context.changed([record])
  return failed({ kind: 'skipped' })
}

/** An upload from a version of Ferry without checksums is trusted by its token and length. */
function isProvable({ records }: UploadContext, row: UploadRow, plan: PartPlan): boolean {
  if (row.integrity === null) return true
  const parts = [...records.parts.all(row.record.uploadId).values()]
  return parts.filter((part) => part.checksum !== null).length === partCountOf(plan)
}

/** The parts are under the old key; the new one may differ. */
async function forgetBegun(
  context: UploadContext,
  at: UploadAtStore,
  signal: AbortSignal,
): Promise<Outcome<UploadRow>> {
  const { row } = at
  if (row.begunAtMs === null) return succeeded(row)
  if (row.storeUploadId === null) {
    const aborted = await abortOrphans(context, at, signal)
    if (!aborted.ok) return aborted
  }
  return succeeded(context.records.forgetProgress(row.record.uploadId))
}

function recordKey(
  context: UploadContext,
  { record }: UploadRow,
  { key, name }: Pick<UploadRow['record'], 'key' | 'name'>,
  guard: Guard,
): UploadRow {
  const placed = context.records.uploads.setKey(record.uploadId, key, name, guard)
  if (key !== record.key) context.changed([placed.record])
  return placed
}

function begun(
  plan: PartPlan,
  { algorithm }: IntegrityPlan,
  held: readonly ChecksummedPart[],
): PreparedUpload {
  return {
    plan,
    algorithm,
    held: held.map(({ partNumber, byteLength, etag, checksum }) => ({
      partNumber,
      byteLength,
      etag,
      checksum,
    })),
    isComplete: false,
  }
}

function complete({ integrity }: UploadRow, plan: PartPlan): PreparedUpload {
  return { plan, algorithm: integrity?.algorithm ?? 'crc64nvme', held: [], isComplete: true }
}
