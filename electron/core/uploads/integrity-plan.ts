import { type Outcome, succeeded } from '../../contract/outcome.ts'
import type { IntegrityPlan } from '../records/upload-row.ts'
import type { Store } from '../store/store.ts'
import { integrityOf } from './learn-integrity.ts'
import type { UploadContext } from './upload-context.ts'

/**
 * Whether checksums travel with the parts. `Content-MD5` does so even where nobody knows whether
 * it is compared: a bucket with Object Lock takes nothing without a checksum.
 *
 * docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
export function isChecksumSent({ algorithm, isChecked }: IntegrityPlan): boolean {
  return isChecked || algorithm === 'md5'
}

/** Where the store checks nothing the sums still tell whether the file changed on the way. */
const UNCHECKED: IntegrityPlan = { algorithm: 'crc64nvme', isChecked: false }
/** Where nobody could find out: the store may be one that takes no part without a checksum. */
const UNKNOWN: IntegrityPlan = { algorithm: 'md5', isChecked: false }

/** How an upload that begins now is summed up: the best that the store checks. */
export async function integrityPlanFor(
  context: UploadContext,
  store: Store,
  signal: AbortSignal,
): Promise<Outcome<IntegrityPlan>> {
  const checked = await integrityOf(context, store, signal)
  if (!checked.ok) return checked
  if (checked.value !== 'none') return succeeded({ algorithm: checked.value, isChecked: true })
  return succeeded(store.access.hidesIntegrity ? UNKNOWN : UNCHECKED)
}

/**
 * How one that has begun without a checksum goes on. S3 ties the others to Create and would refuse
 * or ignore them now; `Content-MD5` belongs to each request alone, and parts that came before can
 * be recognised by their ETags.
 */
export async function integrityPlanOfBegun(
  context: UploadContext,
  store: Store,
  signal: AbortSignal,
): Promise<Outcome<IntegrityPlan>> {
  const planned = await integrityPlanFor(context, store, signal)
  if (!planned.ok) return planned
  const { algorithm, isChecked } = planned.value
  return succeeded(isChecked ? { algorithm: 'md5', isChecked } : { algorithm, isChecked })
}
