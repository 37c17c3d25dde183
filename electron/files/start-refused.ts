/** The host cannot start for a reason that the user can fix; the message is one sentence. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused'
}

/** Primary result codes: sqlite.org/rescode.html. */
const SQLITE_REASONS: Readonly<Record<number, string>> = {
  5: 'another program has it locked',
  8: 'it may be read only',
  10: 'the disk reports an error',
  13: 'the disk is full',
  14: 'SQLite cannot open it: another program holds it, or you may not write here',
}

const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EBUSY: 'another program has it open',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your quota is used up',
  ENOTDIR: 'a file is in the way',
  EEXIST: 'a file is in the way',
  ENAMETOOLONG: 'the path is too long',
  EIO: 'the disk reports an error',
}

/** Why the file system or SQLite refused, in a few words for a sentence. */
export function fileReason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason'
  if ('errcode' in error && typeof error.errcode === 'number') {
    // The low byte is the primary code; extended codes carry more above it.
    return SQLITE_REASONS[error.errcode & 0xff] ?? `SQLite's error ${error.errcode}`
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return SYSTEM_REASONS[code] ?? (code === '' ? 'unknown reason' : code)
}
