import type { Failure } from '../../../contract/failure/kinds.ts'
import {
  isConditionalWriteRefused,
  isDenied,
  PRECONDITION_FAILED,
} from '../../../contract/failure/s3-failure.ts'
import { failed, type Outcome, succeeded } from '../../../contract/outcome.ts'
import type { PartPlan } from '../../../contract/part-plan.ts'
import type { ConflictRule } from '../../../contract/rules/upload-rules.ts'
import type { Store } from '../../destinations/open-store.ts'
import type { UploadRow } from '../../records/stored-upload.ts'
import { abortUntilGone } from '../../s3/abort-multipart.ts'
import { headObject, type ObjectHead } from '../../s3/head-object.ts'
import { type Guard, honorsConditions } from '../../s3/put-headers.ts'
import { isOwn, isWhole } from '../own-object.ts'
import type { UploadAtStore, UploadContext } from '../upload-context.ts'
import { numberedKey, type ObjectKey, unnumberedKey } from './object-key.ts'

/** Names are counted on that far; after that something else is wrong with the bucket. */
const MAX_NUMBER = 1000

export type KeyResolution =
  /** This upload's own object is already there. */
  | { readonly kind: 'ours' }
  /** It may be written, minding `guard`. */
  | { readonly kind: 'free'; readonly placing: ObjectKey; readonly guard: Guard }
  /** An object is there, and stays. */
  | { readonly kind: 'skipped' }

/**
 * Asks the store whether the upload's key is free; what becomes of an object of somebody else's
 * under the very key that the upload wants, the person's word or the destination's rule says.
 * Numbered names are only ever free ones. Fails with `key-taken` where the rule is to ask.
 */
export async function resolveKey(
  context: UploadContext,
  store: Store,
  row: UploadRow,
  signal: AbortSignal,
): Promise<Outcome<KeyResolution>> {
  const { key, folder, name, destinationId, uploadId } = row.record
  const wanted = unnumberedKey(row)
  const rule = row.decision ?? store.destination.rules.onConflict
  for (let count = 1; count <= MAX_NUMBER; count += 1) {
    const placing = count === 1 ? { key, folder, name } : numberedKey(wanted, count)
    if (placing === null) return failed({ kind: 'name-unusable', reason: 'too-long' })
    const isTaken = context.records.uploads.isKeyTaken(destinationId, placing.key, uploadId)
    if (isTaken) continue
    const seen = await seenAt(store, placing.key, row, signal)
    if (!seen.ok) return seen
    if (seen.value === 'ours' && count === 1) return succeeded({ kind: 'ours' })
    const ruled = placing.key === wanted.key ? rule : 'keep-both'
    const found = resolutionBy(ruled, placing, seen.value)
    if (found !== null) return found
  }
  return failed({ kind: 'store-refused', status: 409, code: 'KeyTaken' })
}

/** `torn`: our own, but not whole; it is about to be written again. */
type ObjectSeen = 'nothing' | 'unseen' | 'ours' | 'torn' | 'foreign'

/** Null: look under the next name. */
function resolutionBy(
  rule: ConflictRule,
  placing: ObjectKey,
  seen: ObjectSeen,
): Outcome<KeyResolution> | null {
  const free = (guard: Guard) => succeeded<KeyResolution>({ kind: 'free', placing, guard })
  if (seen === 'torn' || seen === 'unseen') return free('none')
  if (seen === 'nothing') return free(rule === 'replace' ? 'none' : 'look')
  if (seen === 'ours') return null
  switch (rule) {
    case 'keep-both':
      return null
    case 'replace':
      return free('none')
    case 'skip':
      return succeeded({ kind: 'skipped' })
    case 'ask':
      return failed({ kind: 'key-taken', key: placing.key })
  }
}

/** Where the store was seen to honour a condition it is told of it; else we look for ourselves. */
export function guardFor({ destination }: Store, plan: PartPlan, guard: Guard): Guard {
  return guard === 'look' && honorsConditions(destination, plan.mode) ? 'condition' : guard
}

async function seenAt(
  store: Store,
  key: string,
  row: UploadRow,
  signal: AbortSignal,
): Promise<Outcome<ObjectSeen>> {
  const head = await headObject(store, key, signal)
  if (!head.ok) {
    // Keys that may only write cannot look: S3 says 403 whether or not there is an object. Nor could
    // they tell their own from another's after a write that was refused, so that none is guarded.
    return isDenied(head.failure) ? succeeded('unseen') : head
  }
  if (head.value === null) return succeeded('nothing')
  const at = { row: { ...row, record: { ...row.record, key } }, store }
  if (!isOwn(head.value, at)) return succeeded('foreign')
  return succeeded((await isWhole(head.value, at, signal)) ? 'ours' : 'torn')
}

/**
 * Where the store honours no conditions: whether somebody else's object has come into the place
 * since the upload began. Fails with `PLACE_TAKEN`; preparing again finds it another place.
 */
export async function yieldIfTaken(
  context: UploadContext,
  at: UploadAtStore,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  if (at.row.guard !== 'look') return succeeded(null)
  const head = await headObject(at.store, at.row.record.key, signal)
  // What keeps us from looking will show again, where it is dealt with.
  if (!head.ok || head.value === null || isOwn(head.value, at)) return succeeded(null)
  return yieldKey(context, at, signal)
}

/** Complete did not go through, and never will: the place is somebody else's, or was for a moment. */
export function mustYield(
  { row }: UploadAtStore,
  head: Outcome<ObjectHead | null>,
  failure: Failure,
): boolean {
  if (row.guard === 'none') return false
  const isForeign = head.ok && head.value !== null && head.value.token !== row.token
  // S3 wants a new upload after either, whether or not there is anything to be seen by now.
  return isForeign || isConditionalWriteRefused(failure)
}

/** The parts belong to a key that the object will not have: they go, and are sent again. */
export async function yieldKey(
  context: UploadContext,
  { row, store }: UploadAtStore,
  signal: AbortSignal,
): Promise<{ readonly ok: false; readonly failure: Failure }> {
  const { uploadId, key } = row.record
  const { storeUploadId } = row
  if (storeUploadId !== null) {
    const aborted = await abortUntilGone(store, { key, storeUploadId }, signal)
    if (!aborted.ok) return aborted
  }
  context.records.forgetProgress(uploadId)
  return failed(PRECONDITION_FAILED)
}
