/**
 * The exit codes of programs that the system could not start, or stopped. The long ones are Windows':
 * learn.microsoft.com/openspecs/windows_protocols/ms-erref (NTSTATUS values).
 */
const KNOWN_CODES: Readonly<Record<number, string>> = {
  // The shells' and loaders' own: man7.org/linux/man-pages/man8/ld.so.8.html, POSIX "Exit Status for Commands".
  126: 'the system may not run it',
  127: 'a library is missing',
  3221225477: 'it crashed',
  3221225595: 'it, or a library of it, is made for another kind of processor',
  3221225781: 'a library (DLL) is missing',
  3221225785: 'a library (DLL) is of another version',
  3221225794: 'a library (DLL) could not start, as without a desktop session',
  3221226505: 'it stopped itself at an error that it cannot go on from',
  3221226536: 'its signature is not valid',
}

/** macOS ends a program that it does not trust without a word. */
const KILLED_ON_MACOS = 'macOS ends a program like that when its signature is broken'

/** A clause; a negative code is Windows' in signed form. */
export function exitReason(
  code: number | null,
  signal: NodeJS.Signals | null,
  platform: NodeJS.Platform = process.platform,
): string {
  if (code === null) {
    const known = platform === 'darwin' && signal === 'SIGKILL' ? `: ${KILLED_ON_MACOS}` : ''
    return `it was ended by ${signal}${known}`
  }
  const unsigned = code < 0 ? code + 2 ** 32 : code
  const known = KNOWN_CODES[unsigned]
  return `it ended with code ${unsigned}${known === undefined ? '' : `: ${known}`}`
}
