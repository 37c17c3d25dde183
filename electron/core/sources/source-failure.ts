import { stat } from 'node:fs/promises'
import type { Failure } from '../../contract/failure/kinds.ts'
import { asPlainFile } from '../../files/plain-file.ts'

export type SourceFailure = Extract<
  Failure,
  { kind: 'source-missing' | 'source-unreadable' | 'source-in-cloud' }
>
type Why = Extract<Failure, { kind: 'source-unreadable' }>['why']

/**
 * errno of macOS for "Resource deadlock avoided": the bytes are in the cloud, and the system does
 * not fetch them for whoever asks. libuv has no name for it, so that Node's `code` is "Unknown
 * system error -11" (deps/uv/include/uv.h, UV_ERRNO_MAP).
 */
const MACOS_EDEADLK = -11

/** stat(2): `st_blocks` counts these, whatever the disk's own blocks are; libuv does so on Windows. */
const BLOCK_BYTES = 512

/**
 * Says what keeps a file from being looked at or opened. Throws what is not the file system's: that
 * is a bug.
 */
export function sourceFailure(
  error: unknown,
  platform: NodeJS.Platform = process.platform,
): SourceFailure {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) throw error
  const { code } = error
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'source-missing' }
  const errno = 'errno' in error ? error.errno : null
  const isDataless = platform === 'darwin' && errno === MACOS_EDEADLK
  if (isDataless || code === 'EDEADLK') return { kind: 'source-in-cloud' }
  const why = whyUnreadable(code, platform)
  return { kind: 'source-unreadable', ...(why === undefined ? {} : { why }) }
}

/**
 * The same for a file whose bytes could not be read, which may be because they are not here.
 *
 * @param path of the file, for a second look at it.
 */
export async function readFailure(
  error: unknown,
  path: string,
  platform: NodeJS.Platform = process.platform,
): Promise<SourceFailure> {
  const failure = sourceFailure(error, platform)
  const isExplained = failure.kind !== 'source-unreadable' || failure.why !== undefined
  if (isExplained || !(await isPartlyElsewhere(path, platform))) return failure
  return { kind: 'source-in-cloud' }
}

function whyUnreadable(code: string, platform: NodeJS.Platform): Why {
  switch (code) {
    case 'EPERM':
      // Privacy & Security (TCC) refuses with it; a file's mode with EACCES.
      return platform === 'darwin' ? 'macos-privacy' : permissionsOf(platform)
    case 'EACCES':
      return permissionsOf(platform)
    // ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION: libuv, src/win/error.c.
    case 'EBUSY':
    case 'ETXTBSY':
      return 'other-program'
    case 'ENAMETOOLONG':
      return 'path-too-long'
    default:
      return undefined
  }
}

function permissionsOf(platform: NodeJS.Platform): Why {
  if (platform === 'win32') return 'windows-permissions'
  return platform === 'darwin' ? 'macos-permissions' : 'unix-permissions'
}

/**
 * A placeholder of OneDrive, iCloud and the like has the file's length and takes up less of the disk.
 * Windows refuses to read it with an ERROR_CLOUD_FILE_… code while its service cannot fetch it; none
 * of them has a name in libuv (src/win/error.c), so that Node says UNKNOWN, as it does of much else.
 * On Linux such files are a FUSE file system's, and what takes up less of a disk is merely sparse.
 */
async function isPartlyElsewhere(path: string, platform: NodeJS.Platform): Promise<boolean> {
  if (platform !== 'win32' && platform !== 'darwin') return false
  try {
    const { size, blocks } = await asPlainFile(() => stat(path))
    return blocks * BLOCK_BYTES < size
  } catch {
    return false
  }
}
