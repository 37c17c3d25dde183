import * as z from 'zod/mini'
import { UploadId } from './ids.ts'

/** `moving` waits for nobody: it sends, or goes on by itself when the network is back. */
export const ProgressPace = z.enum(['moving', 'paused', 'stuck'])
export type ProgressPace = z.infer<typeof ProgressPace>

/** As many uploads as a dialog names; the others are counted. */
export const MAX_NAMED_UPLOADS = 3

const count = z.int().check(z.gte(0))

/**
 * The page's queue in a few numbers, for all that the host shows outside the page and for what it
 * asks before it closes the window. Uploads are named by their IDs: the host looks their names up.
 */
export const QueueReport = z.strictObject({
  /** Null: nothing is unfinished. */
  fraction: z.nullable(z.number().check(z.gte(0), z.lte(1))),
  pace: ProgressPace,
  /** Uploads that go on without the user. */
  movingCount: count,
  /** Uploads that this page has finished since it was loaded; it only grows. */
  finishedCount: count,
  lastFinished: z.nullable(UploadId),
  /** Uploads that failed, or go on only when the user has done something. */
  stuckCount: count,
  firstStuck: z.nullable(UploadId),
  /** Unfinished uploads whose files exist in the page alone, such as pasted pictures. */
  onlyHereCount: count,
  onlyHere: z.array(UploadId).check(z.maxLength(MAX_NAMED_UPLOADS)),
})
export type QueueReport = z.infer<typeof QueueReport>
