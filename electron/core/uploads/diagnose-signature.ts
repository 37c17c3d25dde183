import type { Failure } from '../../contract/failure/kinds.ts'
import type { UploadId } from '../../contract/ids.ts'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { proveAccess } from '../store/prove-access.ts'
import { type UploadContext, unfinishedRow } from './upload-context.ts'
import { storeOfUpload } from './upload-place.ts'

const SIGNATURE_PROBE_MS = 15_000

/**
 * Why the store may not have accepted the signature of the page's PUT. A wrong secret key makes
 * every signature wrong. If a plain request of the host passes with the same keys, the PUT was
 * changed on its way: proxies rewrite the host, decode the path, or merge its slashes.
 */
export async function diagnoseSignature(
  context: UploadContext,
  uploadId: UploadId,
): Promise<Outcome<{ failure: Failure | null }>> {
  const row = unfinishedRow(context, uploadId)
  if (!row.ok) return row
  const store = await storeOfUpload(context, row.value)
  if (!store.ok) return store
  const proven = await proveAccess(store.value, AbortSignal.timeout(SIGNATURE_PROBE_MS))
  if (!proven.ok) return succeeded({ failure: null })
  const { host } = new URL(store.value.destination.endpoint)
  return succeeded({ failure: { kind: 'request-rewritten', host } })
}
