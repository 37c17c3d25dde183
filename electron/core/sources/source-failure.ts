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
 * not fetch them for the calling process. libuv has no name for it, so Node's `code` is "Unknown
 * system error -11" (deps/uv/include/uv.h, UV_ERRNO_MAP).
 */
const MACOS_EDEADLK = -11

/**
 * stat(2): `st_blocks` counts blocks of this size, whatever the disk's own blocks are; so does
 * libuv on Windows.
 */
const BLOCK_BYTES = 512

/**
 * The reason why a file cannot be looked at or opened. Throws errors that are not the file
 * system's: those are bugs.
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
 * The same for a file whose bytes could not be read, perhaps because they are not on this computer.
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
      // Privacy & Security (TCC) refuses with EPERM; a file's mode refuses with EACCES.
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
 * A placeholder of OneDrive, iCloud and the like has the file's length but takes up less of the
 * disk. Windows refuses to read it with an ERROR_CLOUD_FILE_… code while its service cannot fetch
 * it; libuv has no name for these codes (src/win/error.c), so Node says UNKNOWN, as it does for
 * many others. On Linux such files belong to a FUSE file system, and a file that takes up less of a
 * disk is merely sparse.
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
