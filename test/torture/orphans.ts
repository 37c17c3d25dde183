import type { RecordedUpload } from './recorded-uploads.ts'
import type { UnfinishedUpload } from './store-truth.ts'

/** What Ferry finds out by what a store checks; it is aborted, and never becomes an object. */
export const CHECK_KEY = '.ferry-check-'

/**
 * Unfinished uploads at the store that no record knows: nobody would ever go on with them, remove
 * them, or be told that they cost money. A record that has asked the store to begin, and has not
 * heard the answer, knows those of its key.
 */
export function orphansAmong(
  unfinished: readonly UnfinishedUpload[],
  records: readonly RecordedUpload[],
): UnfinishedUpload[] {
  const known = new Set(records.flatMap(({ storeUploadId }) => storeUploadId ?? []))
  const expecting = new Set(
    records.flatMap(({ storeUploadId, hasBegun, key }) =>
      hasBegun && storeUploadId === null ? key : [],
    ),
  )
  return unfinished.filter(
    ({ key, storeUploadId }) => !known.has(storeUploadId) && !expecting.has(key),
  )
}
