import { lstat, readdir, readFile } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import * as z from 'zod/mini'
import { isTemporaryName, type Pause, removeFile, replaceFile } from './replace-file.ts'

const Entry = z.strictObject({
  /** The path below the folder, with `/` between names on every system. */
  path: z.string(),
  /** Distinguishes the file from one that is created under the same name later. */
  identity: z.string(),
})
type Entry = z.infer<typeof Entry>
const ListFile = z.strictObject({ version: z.literal(1), files: z.array(Entry) })

const LIST_NAME = 'to-delete.json'

/**
 * Deletes files of one folder. If another program holds a file for longer than a second, its name
 * is recorded and the next start deletes it. A file that was created under the same name since then
 * stays.
 *
 * One list per folder and process.
 */
export class DeletionQueue {
  readonly #folder: string
  readonly #wait: Pause | undefined
  /** One change at a time: of two writes the later one must be the last. */
  #changing: Promise<unknown> = Promise.resolve()
  #entries: readonly Entry[] = []

  /**
   * @param folder absolute.
   * @param wait replaces the clock in tests.
   */
  constructor(folder: string, wait?: Pause) {
    this.#folder = folder
    this.#wait = wait
  }

  /**
   * Never rejects.
   *
   * @param file absolute, below the folder.
   * @returns false if the file is still there. It is recorded, unless it is outside the folder.
   */
  async remove(file: string): Promise<boolean> {
    if (await this.#isRemoved(file)) return true
    const path = relative(this.#folder, file).split(sep).join('/')
    const identity = await identityOf(file)
    // Windows no longer shows a file that is deleted as soon as the last program closes it.
    if (identity === null) return true
    if (isBelow(path)) await this.#change((entries) => [...entries, { path, identity }])
    return false
  }

  /**
   * Called at the start, before anything else writes to the folder: deletes the recorded files, and
   * the temporary files that a process left in the folder itself by ending in the middle of a
   * write. Never rejects.
   */
  async deleteQueued(): Promise<void> {
    const [remembered, temporary] = await Promise.all([this.#read(), this.#temporaryFiles()])
    // All at once: however many are held, the start waits for about a second.
    const stays = await Promise.all(remembered.map((entry) => this.#staysAfterAll(entry)))
    if (remembered.length > 0) await this.#change(() => remembered.filter((_, at) => stays[at]))
    await Promise.all(temporary.map((file) => this.remove(file)))
  }

  async #staysAfterAll({ path, identity }: Entry): Promise<boolean> {
    const file = join(this.#folder, path)
    const isTheSame = isBelow(path) && (await identityOf(file)) === identity
    return isTheSame && !(await this.#isRemoved(file))
  }

  async #isRemoved(file: string): Promise<boolean> {
    try {
      await removeFile(file, this.#wait)
      return true
    } catch {
      return false
    }
  }

  #change(next: (entries: readonly Entry[]) => readonly Entry[]): Promise<void> {
    const change = this.#changing.then(async () => {
      this.#entries = next(this.#entries)
      await this.#write()
    })
    this.#changing = change
    return change
  }

  /**
   * If the disk is full, the list is not written; other code reports the full disk when it matters
   * to the user.
   */
  async #write(): Promise<void> {
    const file = join(this.#folder, LIST_NAME)
    try {
      if (this.#entries.length === 0) await removeFile(file, this.#wait)
      else await replaceFile(file, JSON.stringify({ version: 1, files: this.#entries }), this.#wait)
    } catch {
      // The entries stay in memory, and the next change writes them, too.
    }
  }

  async #read(): Promise<readonly Entry[]> {
    try {
      const text = await readFile(join(this.#folder, LIST_NAME), 'utf8')
      return ListFile.parse(JSON.parse(text)).files
    } catch {
      // There is no list, or none that can be trusted.
      return []
    }
  }

  async #temporaryFiles(): Promise<readonly string[]> {
    try {
      const names = await readdir(this.#folder)
      return names.filter(isTemporaryName).map((name) => join(this.#folder, name))
    } catch {
      return []
    }
  }
}

/** Null: the file does not exist, or cannot be examined. */
async function identityOf(file: string): Promise<string | null> {
  try {
    const stats = await lstat(file, { bigint: true })
    return stats.isDirectory() ? null : [stats.size, stats.mtimeNs, stats.birthtimeNs].join('-')
  } catch {
    return null
  }
}

function isBelow(path: string): boolean {
  return path !== '' && !isAbsolute(path) && !path.split(/[/\\]/).includes('..')
}
