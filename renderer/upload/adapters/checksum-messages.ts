import type { ChecksumAlgorithm } from '../../../electron/contract/checksum.ts'
import type { Failure } from '../../../electron/contract/failure/kinds.ts'

/** A worker sums up one body at a time: the next `sum` ends the one before. */
export type ToChecksumWorker =
  | {
      readonly type: 'sum'
      readonly jobId: number
      readonly body: Blob
      /** All of them in one reading. */
      readonly algorithms: readonly ChecksumAlgorithm[]
    }
  | { readonly type: 'stop' }

export type FromChecksumWorker =
  /** Its script has been loaded. */
  | { readonly type: 'started' }
  /** Now and then while it reads, so that silence means that it is dead. */
  | { readonly type: 'reading'; readonly jobId: number }
  /** In the order of the algorithms. */
  | { readonly type: 'summed'; readonly jobId: number; readonly checksums: readonly string[] }
  | { readonly type: 'failed'; readonly jobId: number; readonly failure: Failure }
