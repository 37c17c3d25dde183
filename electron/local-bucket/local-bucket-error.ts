import { StartRefused } from '../files/start-refused.ts'
import { errnoOf } from './http/errors.ts'
import { IndexInUse, IndexUnreadable } from './index/index-db.ts'

export class LocalBucketError extends Error {
  override readonly name = 'LocalBucketError'
  readonly reason: 'port-taken' | 'folder-unwritable' | 'in-use' | 'broken'

  constructor(reason: LocalBucketError['reason'], text: string) {
    super(text)
    this.reason = reason
  }
}

const UNWRITABLE_ERRNOS = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC', 'ENOENT']

/**
 * Maps an error while opening to a `LocalBucketError`; any other error is a bug and stays as it is.
 */
export function openingErrorOf(error: unknown, folder: string): unknown {
  if (error instanceof IndexInUse) {
    return new LocalBucketError('in-use', `Another Ferry serves the bucket in ${folder}.`)
  }
  if (error instanceof IndexUnreadable) {
    return new LocalBucketError('broken', `The bucket's index in ${folder} cannot be read.`)
  }
  // The message names the path and how to fix it.
  if (error instanceof StartRefused) return new LocalBucketError('folder-unwritable', error.message)
  if (UNWRITABLE_ERRNOS.includes(errnoOf(error))) {
    return new LocalBucketError('folder-unwritable', `The folder ${folder} cannot be written to.`)
  }
  return error
}
