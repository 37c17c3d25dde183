import { randomUUID } from 'node:crypto'
import type { Stats } from 'node:fs'
import { open, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { MULTIPART_FROM_BYTES } from '../../contract/limits.ts'
import { asPlainFile, READ_NON_BLOCKING } from '../../files/plain-file.ts'

/** Finds the files whose change time (ctime) shows every later write. */
export interface ChangeTimes {
  /**
   * The file's change time, if nobody can write to the file from now on without changing it;
   * otherwise null. Called before Ferry reads the first byte of the file.
   * @param found the file's stats from just now.
   */
  readonly provenOf: (path: string, found: Stats) => Promise<number | null>
}

/** For hosts that see no files. */
export const NO_CHANGE_TIMES: ChangeTimes = { provenOf: async () => null }

export interface ChangeTimesDeps {
  /** The folder that Ferry may write to: the result there holds for its whole device. */
  readonly dataFolder: string
  readonly platform: NodeJS.Platform
  /** The clock that the file system's times come from. */
  readonly now: () => number
  /** Shorter files are sent in one PUT or are read again in no time. */
  readonly leastBytes?: number
  /** `f_type` of statfs(2) for the file system of a path. */
  readonly typeOf?: (path: string) => Promise<number>
}

/**
 * Linux file systems that change ctime at each write(2), and at the first write to a clean page of
 * a mapped file (`file_update_time` in their `page_mkwrite`). The numbers: linux/magic.h. Not in
 * the list: tmpfs, which has no clean pages; NFS, SMB and FUSE, where another computer or program
 * writes; overlayfs, ZFS and all others that nobody has examined.
 */
const HONEST_TYPES: ReadonlySet<number> = new Set([
  /** ext2, ext3, ext4. */
  0xef53,
  /** XFS. */
  0x58465342,
  /** btrfs. */
  0x9123683e,
])

/**
 * ctime changes as a write(2) begins, and its bytes follow: up to 2 GiB (MAX_RW_COUNT), which take
 * a slow USB stick minutes. After this time no call is still running that began with the file's
 * last change.
 */
const UNTOUCHED_MS = 60 * 60_000

/** A file system counts its times in steps of at most 10 ms (`CONFIG_HZ=100`). */
const STEP_MS = 10
const MOST_STEPS = 20

/**
 * Proves change times for files on the device of Ferry's own folder, if that is Linux with one of a
 * few file systems and a test write by Ferry changed ctime. Never on Windows: NTFS updates times
 * when the last handle is closed, and any program may set the change time (learn.microsoft.com,
 * "File Times", FILE_BASIC_INFO). Never on macOS, where nobody promises times for mapped files.
 *
 * Age alone proves nothing: a program that has the file mapped writes to a page without any trace
 * for as long as that page is dirty, and a clock may have jumped. So the file's dirty pages are
 * written out first; that protects them, and the next write to them changes ctime.
 */
export class ProvenChangeTimes implements ChangeTimes {
  readonly #deps: Required<ChangeTimesDeps>
  #device: Promise<number | null> | null = null

  constructor(deps: ChangeTimesDeps) {
    this.#deps = { leastBytes: MULTIPART_FROM_BYTES, typeOf: fileSystemTypeOf, ...deps }
  }

  async provenOf(path: string, found: Stats): Promise<number | null> {
    const { platform, leastBytes, now } = this.#deps
    if (platform !== 'linux' || found.size < leastBytes) return null
    // A time in the future means that a clock was set back: the same time may come a second time.
    if (now() - found.ctimeMs < UNTOUCHED_MS) return null
    this.#device ??= this.#provenDevice()
    if ((await this.#device) !== found.dev) return null
    try {
      await using file = await asPlainFile(() => open(path, READ_NON_BLOCKING))
      await file.datasync()
      const written = await asPlainFile(() => stat(path))
      return isUntouched(written, found) ? found.ctimeMs : null
    } catch (error) {
      return nothingProven(error)
    }
  }

  /** Found out once, for the first file. Null: nothing is known about any device. */
  async #provenDevice(): Promise<number | null> {
    const { dataFolder, typeOf } = this.#deps
    try {
      if (!HONEST_TYPES.has(await typeOf(dataFolder))) return null
      const { dev } = await stat(dataFolder)
      return (await movesChangeTime(dataFolder)) ? dev : null
    } catch (error) {
      return nothingProven(error)
    }
  }
}

async function fileSystemTypeOf(path: string): Promise<number> {
  return (await statfs(path)).type
}

function isUntouched(now: Stats, before: Stats): boolean {
  return (
    now.isFile() &&
    now.dev === before.dev &&
    now.ino === before.ino &&
    now.size === before.size &&
    now.mtimeMs === before.mtimeMs &&
    now.ctimeMs === before.ctimeMs
  )
}

/**
 * Writes to a file of Ferry's own and sets its time back, as a program that hides a write would.
 */
async function movesChangeTime(folder: string): Promise<boolean> {
  const path = join(folder, `change-time-${randomUUID()}`)
  try {
    await using file = await open(path, 'wx', 0o600)
    await file.write('a', 0)
    await file.utimes(1, 1)
    const before = await stat(path)
    for (let step = 0; step < MOST_STEPS; step += 1) {
      await pause(STEP_MS)
      await file.write('b', 0)
      await file.utimes(1, 1)
      const after = await stat(path)
      if (after.ctimeMs > before.ctimeMs) return after.mtimeMs === before.mtimeMs
    }
    return false
  } finally {
    await rm(path, { force: true })
  }
}

/** If the file system refuses anything, the file is read once more instead. */
function nothingProven(error: unknown): null {
  if (error instanceof Error && 'code' in error) return null
  throw error
}
