import type { Failure } from '../../contract/failure.ts'
import type { UploadId } from '../../contract/ids.ts'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { PLACE_TAKEN } from '../../contract/s3-failure.ts'
import { checkPreflight } from '../check/check-cors.ts'
import type { CorePorts } from '../ports.ts'
import type { Store } from '../store/store.ts'
import { headObject } from './head-object.ts'
import { type UploadContext, unfinishedRow } from './upload-context.ts'

const PATIENCE_MS = 15_000

/**
 * Why the page may have got no answer. To a page, a bucket without CORS rules looks like a dead
 * network; the host can tell the two apart. Null when the store lets the page in, or does not
 * answer the host either: then it is the network, and waiting helps.
 */
export async function explainSilence(
  context: UploadContext,
  ports: Pick<CorePorts, 'isCorsHandled' | 'pageOrigin'>,
  uploadId: UploadId,
): Promise<Outcome<{ failure: Failure | null }>> {
  const row = unfinishedRow(context, uploadId)
  if (!row.ok) return row
  const { key, plan, destinationId } = row.value.record
  const isTold = row.value.guard === 'condition' && plan?.mode === 'single'
  if (plan === null || (ports.isCorsHandled && !isTold)) return succeeded({ failure: null })
  const store = await context.stores.of(destinationId)
  if (!store.ok) return store
  if (isTold && (await isThere(store.value, key))) return succeeded({ failure: PLACE_TAKEN })
  if (ports.isCorsHandled) return succeeded({ failure: null })
  const { integrity } = row.value
  const sent = {
    isWholeFile: plan.mode === 'single',
    algorithm: integrity?.isChecked === true ? integrity.algorithm : null,
  }
  const failure = await checkPreflight(store.value, key, ports.pageOrigin(), sent)
  return succeeded({ failure: failure?.kind === 'cors-blocked' ? failure : null })
}

/**
 * Some stores refuse a condition that does not hold without the headers that would let the page
 * read it, and some close before they have taken the whole body: either is silence to the page.
 */
async function isThere(store: Store, key: string): Promise<boolean> {
  const head = await headObject(store, key, AbortSignal.timeout(PATIENCE_MS))
  return head.ok && head.value !== null
}
