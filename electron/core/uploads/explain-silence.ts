import type { Failure } from '../../contract/failure.ts'
import type { UploadId } from '../../contract/ids.ts'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { checkPreflight } from '../check/check-cors.ts'
import type { CorePorts } from '../ports.ts'
import { type UploadContext, unfinishedRow } from './upload-context.ts'

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
  if (ports.isCorsHandled || plan === null) return succeeded({ failure: null })
  const store = await context.stores.of(destinationId)
  if (!store.ok) return store
  const { integrity } = row.value
  const sent = {
    isWholeFile: plan.mode === 'single',
    algorithm: integrity?.isChecked === true ? integrity.algorithm : null,
  }
  const failure = await checkPreflight(store.value, key, ports.pageOrigin(), sent)
  return succeeded({ failure: failure?.kind === 'cors-blocked' ? failure : null })
}
