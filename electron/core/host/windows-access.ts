import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, win32 } from 'node:path'
import { promisify } from 'node:util'
import { removeFile, temporaryName } from '../../files/replace-file.ts'
import type { Environment } from '../ports.ts'

/** Runs a Windows program without a shell and answers its output. Rejects if it fails. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string>

export interface AccessDeps {
  readonly environment: Environment
  readonly run?: RunProgram
}

const RUN_WITHIN_MS = 10_000

const runProgram: RunProgram = async (program, args) => {
  const options = { windowsHide: true, timeout: RUN_WITHIN_MS }
  return (await promisify(execFile)(program, args, options)).stdout
}

/**
 * Besides the user, the system and its administrators have full access, as in a profile. Listed by
 * their well-known SIDs, since the names are translated. Source:
 * learn.microsoft.com/windows-server/identity/ad-ds/manage/understand-security-identifiers
 */
const SYSTEM = 'S-1-5-18'
const ADMINISTRATORS = 'S-1-5-32-544'
/** The same in SDDL: learn.microsoft.com/windows/win32/secauthz/sid-strings. */
const SYSTEM_IN_SDDL = ['SY', SYSTEM]
const ADMINISTRATORS_IN_SDDL = ['BA', ADMINISTRATORS]
/** The computer's first administrator, whose SID ends with 500. */
const LOCAL_ADMINISTRATOR = 'LA'

/** Ferry's own files, and SQLite's beside them: a folder with these is not somebody else's. */
const OWN_NAMES = ['records.sqlite', 'settings.json', 'host-lock.sqlite']

/**
 * Restricts a folder outside the profile to this user, as folders of the profile are: a folder
 * beside `C:\Users` is open to all users of the computer, to read and mostly to change.
 *
 * @returns false if others may still have access: the disk keeps no access lists, they may not be
 * changed, or the folder is a whole drive or contains things that are not Ferry's.
 */
export async function narrowToUser(folder: string, deps: AccessDeps): Promise<boolean> {
  const { environment, run = runProgram } = deps
  if (isInProfile(folder, environment)) return true
  try {
    const programs = win32.join(environment.SystemRoot || 'C:\\Windows', 'System32')
    const icacls = (...args: readonly string[]) => run(win32.join(programs, 'icacls.exe'), args)
    const whoami = win32.join(programs, 'whoami.exe')
    const user = sidIn(await run(whoami, ['/user', '/fo', 'csv', '/nh']))
    if (user === null) return false
    if (isNarrow(await accessList(folder, icacls), user)) return true
    if (!isOwnFolder(folder)) return false
    const grants = [user, SYSTEM, ADMINISTRATORS].map((sid) => `*${sid}:(OI)(CI)F`)
    await icacls(folder, '/inheritance:r', '/grant:r', ...grants, '/q')
    return isNarrow(await accessList(folder, icacls), user)
  } catch {
    return false
  }
}

/** Below the profile, the inherited list allows only the user, the system and administrators. */
function isInProfile(folder: string, { USERPROFILE }: Environment): boolean {
  if (!USERPROFILE) return false
  // `relative` ignores case, as Windows does.
  const way = win32.relative(USERPROFILE, folder)
  return way !== '' && way.split('\\')[0] !== '..' && !win32.isAbsolute(way)
}

/** `"computer\user","S-1-5-21-…"`, in every language. */
function sidIn(csv: string): string | null {
  return /"(S-1-[\d-]+)"\s*$/.exec(csv)?.[1] ?? null
}

type Icacls = (...args: readonly string[]) => Promise<string>

/**
 * The folder's list in SDDL. icacls shows translated names, but saves none: the saved file has the
 * folder's name on one line, and its list on the next.
 */
async function accessList(folder: string, icacls: Icacls): Promise<string> {
  const saved = temporaryName(join(folder, 'access'))
  try {
    await icacls(folder, '/save', saved, '/q')
    const bytes = await readFile(saved)
    // UTF-16, with a byte-order mark or without.
    const text = bytes.toString(bytes.includes(0) ? 'utf16le' : 'utf8')
    return /^D:.*$/m.exec(text.replaceAll('\r', ''))?.[0] ?? ''
  } finally {
    await removeFile(saved)
  }
}

/**
 * True if nothing is inherited (`P`), and everyone who is allowed is one of the three. Denials do
 * no harm; an entry of any other kind proves nothing.
 */
function isNarrow(sddl: string, user: string): boolean {
  const flags = /^D:([A-Z]*)\(/.exec(sddl)?.[1]
  if (flags === undefined || !flags.includes('P')) return false
  const entries = [...sddl.matchAll(/\(([^()]*)\)/g)].map(([, entry = '']) => entry.split(';'))
  const mayEnter = [...SYSTEM_IN_SDDL, ...ADMINISTRATORS_IN_SDDL, user]
  if (user.endsWith('-500')) mayEnter.push(LOCAL_ADMINISTRATOR)
  return entries.every(
    ([kind, , , , , who = '']) => kind === 'D' || (kind === 'A' && mayEnter.includes(who)),
  )
}

/** Ferry must not close a whole drive, or a folder with other things in it. */
function isOwnFolder(folder: string): boolean {
  const names = readdirSync(folder).filter((name) => !name.endsWith('.tmp'))
  const isDrive = win32.parse(folder).root === win32.normalize(folder)
  return !isDrive && (names.length === 0 || OWN_NAMES.some((name) => names.includes(name)))
}
