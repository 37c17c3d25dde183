/** SQLite's result code for "database or disk is full": sqlite.org/rescode.html#full */
const SQLITE_FULL = 13

/** True for the errors of the file system and SQLite when nothing more fits (quota included). */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('errcode' in error && typeof error.errcode === 'number') {
    // The low byte is the primary code; extended codes carry more above it.
    return (error.errcode & 0xff) === SQLITE_FULL
  }
  return 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}
