import { createCipheriv, createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { MIB } from '../../electron/contract/limits.ts'
import { indexOfName, type PlannedFile } from './planned-file.ts'
import type { Schedule } from './schedule.ts'
import { Violation } from './violation.ts'

/** A generated file, and the checksum that the object must have. */
export interface PooledFile extends PlannedFile {
  readonly path: string
  readonly sha256: string
}

/** The files of this run. They stay on the disk as long as they may be dropped again. */
export class FilePool {
  readonly #folder: string
  readonly #seed: number
  readonly #schedule: Schedule
  readonly #files: PooledFile[] = []
  readonly #givenAsNew = new Map<number, number>()
  /** The next file is always being generated, so that the operator never waits for a large one. */
  #making: Promise<PooledFile> | null = null
  #made: PooledFile | null = null
  #failure: Error | null = null

  constructor(folder: string, seed: number, schedule: Schedule) {
    this.#folder = folder
    this.#seed = seed
    this.#schedule = schedule
  }

  get files(): readonly PooledFile[] {
    return this.#files
  }

  /** The file of this row, record or object. */
  fileOf(name: string): PooledFile | null {
    const index = indexOfName(name)
    return index === null ? null : (this.#files[index] ?? null)
  }

  /** The same for a name that Ferry shows; throws if there is no such file. */
  expectFileOf(name: string): PooledFile {
    const file = this.fileOf(name)
    if (file === null) throw new Violation(`Ferry has "${name}", which nobody gave it`)
    return file
  }

  /** The next file; null while it is being generated. */
  take(): PooledFile | null {
    if (this.#failure !== null) throw this.#failure
    const made = this.#made
    if (made !== null) {
      this.#files.push(made)
      this.#made = null
    }
    this.#makeNext()
    return made
  }

  /** Counts the drops of a file while Ferry had no record of it. */
  givenAsNew({ index }: PooledFile): number {
    return this.#givenAsNew.get(index) ?? 0
  }

  countAsNew(file: PooledFile): void {
    this.#givenAsNew.set(file.index, this.givenAsNew(file) + 1)
  }

  async remove(file: PooledFile): Promise<void> {
    await rm(file.path, { force: true })
  }

  #makeNext(): void {
    if (this.#making !== null || this.#made !== null) return
    const planned = this.#schedule.file(this.#files.length)
    const path = join(this.#folder, planned.name)
    this.#making = writeSeededFile(path, this.#seed, planned).then((sha256) => ({
      ...planned,
      path,
      sha256,
    }))
    this.#making
      .then((file) => {
        this.#made = file
      })
      .catch((error: Error) => {
        this.#failure = error
      })
      .finally(() => {
        this.#making = null
      })
  }
}

const PIECE_BYTES = 4 * MIB

/** Writes the file that seed and index determine, piece by piece. Returns its SHA-256 in hex. */
async function writeSeededFile(
  path: string,
  seed: number,
  { index, byteLength }: PlannedFile,
): Promise<string> {
  const key = createHash('sha256').update(`${seed}/${index}`).digest()
  // A stream cipher over zeros: as fast as the disk, and no piece equals another.
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
  const hash = createHash('sha256')
  const zeros = Buffer.alloc(Math.min(PIECE_BYTES, byteLength))
  const file = await open(path, 'w')
  try {
    for (let at = 0; at < byteLength; at += PIECE_BYTES) {
      const piece = cipher.update(zeros.subarray(0, Math.min(PIECE_BYTES, byteLength - at)))
      hash.update(piece)
      await file.write(piece)
    }
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}
