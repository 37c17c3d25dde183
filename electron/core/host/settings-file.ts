import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'
import type { HostNotice } from '../../contract/commands/host.ts'
import { claimExisting } from '../../files/private-files.ts'
import { readIfExists, setAside } from '../../files/read-file.ts'
import {
  isHeld,
  type Pause,
  removeFile,
  replaceFile,
  temporaryName,
} from '../../files/replace-file.ts'
import type { Json, SettingsStore } from '../ports.ts'

/** How often Ferry retries a file that another program holds. */
const RETRY_HELD_EVERY_MS = 30_000

const Values = z.record(z.string(), z.json())

export interface OpenedSettings {
  readonly settings: SettingsStore
  readonly notices: readonly HostNotice[]
}

/**
 * Opens `settings.json` in the data folder: one JSON object, as every older version wrote it. Any
 * other content is moved aside and reported, and settings start empty.
 *
 * @param wait replaces the clock in tests.
 * @throws StartRefused if another program holds the file for longer than a second.
 */
export async function openSettings(
  dataFolder: string,
  nowMs: number,
  wait?: Pause,
): Promise<OpenedSettings> {
  const file = join(dataFolder, 'settings.json')
  claimExisting(file)
  const text = await readIfExists(file, wait)
  const values = text === null ? {} : valuesIn(text)
  if (values !== null) return { settings: new SettingsFile(file, values, wait), notices: [] }
  const movedTo = await setAside(file, nowMs, [], wait)
  return {
    settings: new SettingsFile(file, {}, wait),
    notices: [{ kind: 'file-set-aside', what: 'settings', movedTo }],
  }
}

/**
 * Keeps settings in memory, and writes them to their file as soon as they change. The first attempt
 * to write is synchronous and does not wait, so that the caller learns about a full disk. If
 * another program holds the file, the newest settings are written once it lets go.
 */
class SettingsFile implements SettingsStore {
  readonly #file: string
  readonly #wait: Pause | undefined
  /** As JSON, so that nothing changes a value without `set`. */
  readonly #texts: Map<string, string>
  /** The write that is in progress while another program holds the file. */
  #writing: Promise<void> | null = null
  #isUnwritten = false
  #timer: NodeJS.Timeout | null = null
  #heldChanged: (isHeld: boolean) => void = () => undefined

  constructor(file: string, values: Readonly<Record<string, Json>>, wait: Pause | undefined) {
    this.#file = file
    this.#wait = wait
    const texts = Object.entries(values).map(
      ([key, value]) => [key, JSON.stringify(value)] as const,
    )
    this.#texts = new Map(texts)
  }

  readonly get = (key: string): Json | undefined => {
    const text = this.#texts.get(key)
    return text === undefined ? undefined : (JSON.parse(text) as Json)
  }

  readonly set = (key: string, value: Json): void => {
    this.#change(key, JSON.stringify(value))
  }

  readonly delete = (key: string): void => {
    if (this.#texts.has(key)) this.#change(key, undefined)
  }

  readonly watchHeld = (changed: (isHeld: boolean) => void): void => {
    this.#heldChanged = changed
  }

  /** Waits for the last write, at most about a second. */
  readonly close = async (): Promise<void> => {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    await this.#writing
    if (this.#isUnwritten) await this.#writePatiently()
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #change(key: string, text: string | undefined): void {
    const before = this.#texts.get(key)
    this.#put(key, text)
    // A write in progress looks for changes when it has ended.
    if (this.#writing !== null) return
    try {
      this.#writeNow()
    } catch (error) {
      this.#put(key, before)
      throw error
    }
  }

  #put(key: string, text: string | undefined): void {
    if (text === undefined) this.#texts.delete(key)
    else this.#texts.set(key, text)
  }

  #text(): string {
    const values = [...this.#texts].map(([key, text]) => [key, JSON.parse(text)] as const)
    return JSON.stringify(Object.fromEntries(values), null, '\t')
  }

  /** Only the rename can meet other programs: before it, nobody knows the new file's name. */
  #writeNow(): void {
    const next = writtenBeside(this.#file, this.#text())
    try {
      renameSync(next, this.#file)
      this.#written()
    } catch (error) {
      if (!isHeld(error)) {
        discard(next)
        throw error
      }
      this.#isUnwritten = true
      this.#beginWriting(next)
    }
  }

  /** @param temporary a file to remove, which may be held as well. */
  #beginWriting(temporary?: string): void {
    const discarded = temporary === undefined ? null : removeFile(temporary, this.#wait)
    this.#writing = Promise.allSettled([this.#writePatiently(), discarded]).then(() => {
      this.#writing = null
    })
  }

  /** Never rejects. */
  async #writePatiently(): Promise<void> {
    try {
      let text: string
      do {
        text = this.#text()
        await replaceFile(this.#file, text, this.#wait)
      } while (text !== this.#text())
      this.#written()
    } catch {
      this.#heldChanged(true)
      this.#timer = setTimeout(() => this.#tryAgain(), RETRY_HELD_EVERY_MS).unref()
    }
  }

  #tryAgain(): void {
    this.#timer = null
    if (this.#writing === null && this.#isUnwritten) this.#beginWriting()
  }

  #written(): void {
    if (!this.#isUnwritten) return
    this.#isUnwritten = false
    this.#heldChanged(false)
  }
}

function valuesIn(text: string): Record<string, Json> | null {
  try {
    const parsed = Values.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    // Not JSON.
    return null
  }
}

function writtenBeside(file: string, text: string): string {
  const next = temporaryName(file)
  const handle = openSync(next, 'wx', 0o600)
  try {
    writeFileSync(handle, text)
    fsyncSync(handle)
  } catch (error) {
    discard(next)
    throw error
  } finally {
    closeSync(handle)
  }
  return next
}

function discard(temporary: string): void {
  try {
    rmSync(temporary, { force: true })
  } catch {
    // The next start removes it: deletion-queue.ts.
  }
}
