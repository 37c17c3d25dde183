import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { UploadRow } from '../records/upload-row.ts'
import type { Store } from '../store/store.ts'
import { headObject } from './head-object.ts'
import { numbered, type Placing } from './keys.ts'
import type { UploadContext } from './upload-context.ts'

/** Names are counted on that far; after that something else is wrong with the bucket. */
const MAX_NUMBER = 1000

export type Place =
  /** This upload's own object is already there. */
  | { readonly kind: 'ours' }
  /** Nothing is there, as far as the keys are allowed to see. */
  | { readonly kind: 'free'; readonly placing: Placing }

/**
 * Asks the store whether the upload's key is free. An object of somebody else's is kept: the
 * upload goes beside it under the next free name.
 */
export async function findPlace(
  context: UploadContext,
  store: Store,
  row: UploadRow,
  signal: AbortSignal,
): Promise<Outcome<Place>> {
  const { key, folder, name, destinationId, uploadId } = row.record
  const asIs: Placing = { key, folder, name }
  const own = originalPlacing(asIs, row.relativePath)
  for (let count = 1; count <= MAX_NUMBER; count += 1) {
    const placing = count === 1 ? asIs : numbered(own, count)
    if (placing === null) return failed({ kind: 'name-unusable', reason: 'too-long' })
    const isTaken = context.records.isKeyTaken(destinationId, placing.key, uploadId)
    if (isTaken) continue
    const seen = await seenAt(store, placing.key, row, signal)
    if (!seen.ok) return seen
    if (seen.value === 'ours' && count === 1) return succeeded({ kind: 'ours' })
    if (seen.value === 'nothing') return succeeded({ kind: 'free', placing })
  }
  return failed({ kind: 'store-refused', status: 409, code: 'KeyTaken' })
}

async function seenAt(
  store: Store,
  key: string,
  row: UploadRow,
  signal: AbortSignal,
): Promise<Outcome<'ours' | 'nothing' | 'foreign'>> {
  const head = await headObject(store, key, signal)
  if (!head.ok) {
    // Keys that may only write cannot look: S3 says 403 whether or not there is an object.
    return head.failure.kind === 'access-denied' ? succeeded('nothing') : head
  }
  if (head.value === null) return succeeded('nothing')
  if (head.value.token !== row.token) return succeeded('foreign')
  // Our own, but not whole: it is about to be written again.
  return succeeded(head.value.byteLength === row.record.byteLength ? 'ours' : 'nothing')
}

/** Counting starts from the file's own name, also for one that was numbered when it was queued. */
function originalPlacing(placing: Placing, relativePath: string): Placing {
  const name = relativePath.split('/').at(-1) ?? placing.name
  return {
    ...placing,
    name,
    key: `${placing.key.slice(0, placing.key.length - placing.name.length)}${name}`,
  }
}
