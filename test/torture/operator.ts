import { setTimeout as delay } from 'node:timers/promises'
import { MIB } from '../../electron/contract/limits.ts'
import type { PartAccount } from './account.ts'
import type { EventLog } from './event-log.ts'
import type { FaultInjector } from './fault-injector.ts'
import type { WindowRow } from './ferry-window.ts'
import type { FilePool, PooledFile } from './file-pool.ts'
import type { Inspector } from './inspector.ts'
import { isStuck, WindowObserver } from './observer.ts'
import { isUnfinished, type RecordedUpload } from './recorded-uploads.ts'
import type { StoreTruth } from './store-truth.ts'
import { Violation } from './violation.ts'
import type { World } from './world.ts'

const ROUND_MS = 400
/** Ferry needs a moment for a drop, and no user drops the same file twice a second. */
const GIVE_AGAIN_MS = 5_000
const PRESS_AGAIN_MS = 2_000
const LEAST_UNFINISHED = 6
/** The amount of queued work, in seconds of the connection. */
const QUEUED_SECONDS = 12
const DONE_ROWS_KEPT = 15
const REMOVED_AT_ONCE = 3
/** Longer than all of Ferry's timeouts: a silent store gets 90 s. */
const STANDSTILL_MS = 240_000

export interface OperatorDeps {
  readonly world: World
  readonly shelf: FilePool
  readonly store: StoreTruth
  readonly account: PartAccount
  readonly dealer: FaultInjector
  readonly inspector: Inspector
  readonly log: EventLog
  readonly linkMibPerSecond: number
  readonly diskBytes: number
}

/**
 * Acts as the user: drops files, drops files again that the window asks for, presses Retry, and
 * removes finished rows from the list. Verifies at the same time that the window tells the truth.
 */
export class Operator {
  readonly #parts: OperatorDeps
  readonly #givenAtMs = new Map<number, number>()
  readonly #pressedAtMs = new Map<string, number>()
  readonly #hearing: WindowObserver
  #givesNew = true
  #forgetCount = 0
  #progress = { mark: '', sinceMs: performance.now() }
  #unfinished: readonly RecordedUpload[] = []
  #rows: readonly WindowRow[] = []

  constructor(parts: OperatorDeps) {
    this.#parts = parts
    this.#hearing = new WindowObserver(parts.log)
  }

  /** The messages that the window showed, and how often. */
  get messages(): ReadonlyMap<string, number> {
    return this.#hearing.told
  }

  /** Uploads that the store was made to forget. */
  get forgetCount(): number {
    return this.#forgetCount
  }

  get unfinished(): readonly RecordedUpload[] {
    return this.#unfinished
  }

  /** The unfinished uploads for which the window gives a reason. */
  stuck(): RecordedUpload[] {
    const names = new Set(this.#rows.filter(isStuck).map(({ name }) => name))
    return this.#unfinished.filter(({ name }) => names.has(name))
  }

  /** From now on drops no new files and only finishes the earlier ones. */
  stopGiving(): void {
    this.#givesNew = false
  }

  /** Runs until the signal; a failure because the window was killed meanwhile does not count. */
  async operateUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.round()
        await delay(ROUND_MS, undefined, { signal })
      } catch (error) {
        if (error instanceof Violation || !signal.aborted) throw error
      }
    }
  }

  async round(): Promise<void> {
    const { world, inspector } = this.#parts
    world.expectSound()
    const rows = await world.window.rows()
    const records = await inspector.look(rows)
    this.#rows = rows
    this.#unfinished = records.filter(isUnfinished)
    this.#hearing.observe(rows)
    this.#expectProgress()
    await this.#tidy(rows, records)
    await this.#forgetAtStore()
    await this.#giveAgain(rows)
    if (this.#givesNew) await this.#giveNew()
    await this.#retry(rows)
  }

  async #giveAgain(rows: readonly WindowRow[]): Promise<void> {
    const { shelf, inspector } = this.#parts
    const asked = rows.filter(asksForFile).flatMap(({ name }) => shelf.fileOf(name) ?? [])
    const lost = shelf.files.filter((file) => !inspector.hasSeen(file))
    for (const file of lost) if (this.#isTimeToGive(file)) shelf.countAsNew(file)
    await this.#drop([...asked, ...lost].filter((file) => this.#isTimeToGive(file)))
  }

  async #giveNew(): Promise<void> {
    const { shelf, linkMibPerSecond } = this.#parts
    const bytes = this.#unfinished.reduce((sum, { byteLength }) => sum + byteLength, 0)
    const stockBytes = QUEUED_SECONDS * linkMibPerSecond * MIB
    if (this.#unfinished.length >= LEAST_UNFINISHED && bytes >= stockBytes) return
    const file = shelf.take()
    if (file === null) return
    shelf.countAsNew(file)
    await this.#drop([file])
  }

  async #drop(files: readonly PooledFile[]): Promise<void> {
    if (files.length === 0) return
    for (const { index } of files) this.#givenAtMs.set(index, performance.now())
    this.#parts.log.write('given', { names: files.map(({ name }) => name) })
    await this.#parts.world.window.drop(files.map(({ path }) => path))
  }

  #isTimeToGive({ index }: PooledFile): boolean {
    return performance.now() - (this.#givenAtMs.get(index) ?? 0) > GIVE_AGAIN_MS
  }

  async #retry(rows: readonly WindowRow[]): Promise<void> {
    for (const row of rows.filter((each) => isStuck(each) && !asksForFile(each))) {
      if (performance.now() - (this.#pressedAtMs.get(row.name) ?? 0) < PRESS_AGAIN_MS) continue
      this.#pressedAtMs.set(row.name, performance.now())
      await this.#parts.world.window.press(row.name, 'Retry')
    }
  }

  /** Keeps the list short enough to be visible as a whole, and enough disk space free. */
  async #tidy(rows: readonly WindowRow[], records: readonly RecordedUpload[]): Promise<void> {
    const { inspector, world, shelf, diskBytes } = this.#parts
    const done = rows.filter(({ status }) => status.startsWith('Done'))
    const isVerified = ({ name }: WindowRow) =>
      records.some((each) => each.name === name && inspector.arrivals.isVerified(each.uploadId))
    const tooMany = done.filter(isVerified).slice(DONE_ROWS_KEPT).slice(0, REMOVED_AT_ONCE)
    for (const { name } of tooMany) await world.window.removeFromList(name)
    for (const file of await inspector.arrivals.makeRoom(diskBytes)) await shelf.remove(file)
  }

  /** Imitates a lifecycle rule that removes an upload in progress. */
  async #forgetAtStore(): Promise<void> {
    const { dealer, store, account, log } = this.#parts
    const fault = dealer.takeStoreForgets()
    if (fault === null) return
    const uploads = await store.unfinished()
    const upload = uploads[Math.floor(fault.measure * uploads.length)]
    if (upload === undefined) return dealer.putBack(fault)
    log.write('fault', { kind: fault.kind, key: upload.key })
    account.forgotten(upload.key)
    await store.forget(upload)
    this.#forgetCount += 1
    account.forgotten(upload.key)
  }

  #expectProgress(): void {
    const { account, inspector, dealer } = this.#parts
    const { neededBytes } = account.totals()
    // While faults are injected, each one shows that Ferry tried; later only finished uploads
    // count.
    const counts = [neededBytes, inspector.arrivals.files.length, this.#unfinished.length]
    const mark = [...counts, dealer.dealtCount].join('/')
    const nowMs = performance.now()
    if (mark !== this.#progress.mark) this.#progress = { mark, sinceMs: nowMs }
    if (this.#unfinished.length === 0) return
    if (nowMs - this.#progress.sinceMs < STANDSTILL_MS) return
    const rows = this.#rows.filter(({ status }) => !status.startsWith('Done'))
    throw new Violation(`Nothing goes on any more: ${JSON.stringify(rows)}`)
  }
}

/** The browser host never learns paths, so a window that was killed asks for its files again. */
function asksForFile({ status }: WindowRow): boolean {
  return status.startsWith('Action needed') && status.includes('Drop the file')
}
