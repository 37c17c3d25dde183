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

/** The highest number to try; beyond it something else is wrong with the bucket. */
const MAX_NUMBER = 1000

export type KeyResolution =
  /** This upload's own object is already there. */
  | { readonly kind: 'ours' }
  /** The key may be written, respecting `guard`. */
  | { readonly kind: 'free'; readonly placing: ObjectKey; readonly guard: Guard }
  /** An object exists and is kept. */
  | { readonly kind: 'skipped' }

/**
 * Asks the store whether the upload's key is free. If somebody else's object has the wanted key,
 * the user's decision or the destination's rule says what happens to it. Numbered names are used
 * only if they are free. Fails with `key-taken` if the rule is to ask.
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

/** `torn`: our own object, but incomplete; it is about to be written again. */
type ObjectSeen = 'nothing' | 'unseen' | 'ours' | 'torn' | 'foreign'

/** Null: try the next name. */
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

/**
 * If the store is known to honour conditions, the write carries one; otherwise we look before it.
 */
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
    // Access keys that may only write cannot look: S3 answers 403 whether or not there is an
    // object. After a refused write they could not tell their own object from another's either, so
    // these writes get no guard.
    return isDenied(head.failure) ? succeeded('unseen') : head
  }
  if (head.value === null) return succeeded('nothing')
  const at = { row: { ...row, record: { ...row.record, key } }, store }
  if (!isOwn(head.value, at)) return succeeded('foreign')
  return succeeded((await isWhole(head.value, at, signal)) ? 'ours' : 'torn')
}

/**
 * For stores that honour no conditions: checks whether somebody else's object has taken the object
 * key since the upload began. Fails with `PLACE_TAKEN`; preparing again finds another key.
 */
export async function yieldIfTaken(
  context: UploadContext,
  at: UploadAtStore,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  if (at.row.guard !== 'look') return succeeded(null)
  const head = await headObject(at.store, at.row.record.key, signal)
  // A failure to look will occur again at a step that handles it.
  if (!head.ok || head.value === null || isOwn(head.value, at)) return succeeded(null)
  return yieldKey(context, at, signal)
}

/** Complete failed for good: the object key is or was taken by somebody else's object. */
export function mustYield(
  { row }: UploadAtStore,
  head: Outcome<ObjectHead | null>,
  failure: Failure,
): boolean {
  if (row.guard === 'none') return false
  const isForeign = head.ok && head.value !== null && head.value.token !== row.token
  // S3 requires a new upload after either, even if no object is visible by now.
  return isForeign || isConditionalWriteRefused(failure)
}

/** The parts belong to a key that the object will not have: they are removed and sent again. */
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
