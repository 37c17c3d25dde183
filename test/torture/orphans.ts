import type { RecordedUpload } from './recorded-uploads.ts'
import type { UnfinishedUpload } from './store-truth.ts'

/** The prefix of Ferry's integrity probe; its upload is aborted and never becomes an object. */
export const CHECK_KEY = '.ferry-check-'

/**
 * Unfinished uploads on the store without a record: nobody would ever resume them, remove them, or
 * learn that they cost money. A record that has sent Create and has not received the answer
 * accounts for all uploads with its key.
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
