import { lstatSync, readFileSync, readlinkSync, type Stats } from 'node:fs'
import { userInfo } from 'node:os'
import { join, parse, resolve, sep } from 'node:path'
import { keepsModes } from './files/keeps-modes.ts'
import { StartRefused } from './host/start-refused.ts'

/**
 * False on Windows, where a file's mode says nothing and the folder's access list decides: below the
 * profile it keeps other users out, elsewhere it may not.
 */
export const hasOwners = process.geteuid !== undefined

/** `open`: other users of this computer may read or change what is in a folder. */
export type Privacy = 'private' | 'open'

const ROOT_UID = 0
const OTHERS_WRITE = 0o002
const GROUP_WRITES = 0o020
const STICKY = 0o1000
/** As many as the system itself follows: path_resolution(7). */
const MAX_LINKS = 40

/**
 * Proves that nobody but this user and root can put another folder in the place of `path`: no folder
 * on the way may be written to by others, unless its sticky bit keeps them from what is ours (/tmp).
 * OpenSSH asks the same of the way to its keys (sshd_config(5), StrictModes).
 *
 * A path that does not exist is proven as far as it does. A disk that keeps no modes (a stick, a
 * share) lets everyone in who may reach it: that is answered, and the user told.
 *
 * @throws StartRefused
 */
export function proveSafePath(path: string): Privacy {
  let privacy: Privacy = 'private'
  if (!hasOwners) return privacy
  const absolute = resolve(path)
  const ahead = namesOf(absolute)
  let folder = parse(absolute).root
  for (let links = 0; ; ) {
    const name = ahead.shift()
    if (name === undefined) return privacy
    const here = join(folder, name)
    const stats = lstatSync(here, { throwIfNoEntry: false })
    if (proveUnchangeable(folder, here, stats) === 'open') privacy = 'open'
    if (stats === undefined) return privacy
    if (stats.isSymbolicLink()) {
      links += 1
      if (links > MAX_LINKS)
        throw new StartRefused(`Ferry does not use ${path}: its links go round.`)
      const target = resolve(folder, readlinkSync(here))
      ahead.unshift(...namesOf(target))
      folder = parse(target).root
    } else {
      folder = here
    }
  }
}

/**
 * Also for root: what another user owns, that user can change at any time.
 *
 * @throws StartRefused when `path` is not this user's, or others may change it.
 */
export function proveOurs(path: string, stats: Stats): void {
  if (stats.uid !== process.geteuid?.()) {
    throw new StartRefused(
      `Ferry does not use ${path}: it belongs to another user of this computer. Start Ferry as that user, or choose another folder with --data-dir.`,
    )
  }
  if (!othersMayWrite(stats)) return
  throw new StartRefused(
    `Ferry does not use ${path}: other users of this computer may change it. If you trust what is in it, take that right from them with: chmod go-w ${shellQuoted(path)} or choose another folder with --data-dir.`,
  )
}

/** For a command that the user copies into a shell. */
export function shellQuoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`
}

/** `stats` of the entry; it may be missing, and then it is about to be made by this user. */
function proveUnchangeable(folder: string, entry: string, stats: Stats | undefined): Privacy {
  const parent = lstatSync(folder)
  if (!othersMayWrite(parent)) return 'private'
  // In a sticky folder only its owner, the entry's owner and root may rename or remove the entry.
  if ((parent.mode & STICKY) !== 0) {
    if (stats === undefined || [ROOT_UID, process.geteuid?.()].includes(stats.uid)) return 'private'
    throw new StartRefused(
      `Ferry does not use ${entry}: it belongs to another user of this computer. Choose another folder with --data-dir.`,
    )
  }
  if (!keepsModes(folder)) return 'open'
  throw new StartRefused(
    `Ferry does not keep its data below ${folder}: other users of this computer may change that folder. Take that right from them with: chmod go-w ${shellQuoted(folder)} or choose another folder with --data-dir.`,
  )
}

/**
 * Where each user has a group of their own, umask 002 is usual and "the group may write" says nothing
 * (Debian's OpenSSH makes the same exception).
 */
function othersMayWrite({ mode, gid }: Stats): boolean {
  if ((mode & OTHERS_WRITE) !== 0) return true
  return (mode & GROUP_WRITES) !== 0 && !isOwnGroup(gid)
}

/** A group of the user's name without any other member: group(5). */
function isOwnGroup(gid: number): boolean {
  try {
    const { username } = userInfo()
    const lines = readFileSync('/etc/group', 'utf8').split('\n')
    return lines.some((line) => {
      const [name, , id, members = ''] = line.split(':')
      const others = members.split(',').filter((member) => member !== '' && member !== username)
      return Number(id) === gid && name === username && others.length === 0
    })
  } catch {
    // No such file, or a user without a name: then the group may be anybody.
    return false
  }
}

function namesOf(absolute: string): string[] {
  return absolute
    .slice(parse(absolute).root.length)
    .split(sep)
    .filter((name) => name !== '')
}
