import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { MIB } from '../../electron/contract/limits.ts'
import { PartAccount } from './account.ts'
import type { Reaper } from './child-processes.ts'
import { EventLog } from './event-log.ts'
import { FaultInjector } from './fault-injector.ts'
import { faultRule } from './fault-rule.ts'
import { FilePool } from './file-pool.ts'
import { Inspector } from './inspector.ts'
import { Operator } from './operator.ts'
import type { TortureOptions } from './options.ts'
import { recordedUploads } from './recorded-uploads.ts'
import { Recovery } from './recovery.ts'
import type { RunFigures } from './report.ts'
import { type PlannedKill, scheduleOf } from './schedule.ts'
import { StoreTruth } from './store-truth.ts'
import { Violation } from './violation.ts'
import { World } from './world.ts'

const ROUND_MS = 300
/** In addition to the transfer time: a silent store gets 90 s, a failed attempt waits 30 s. */
const PATIENCE_AT_END_MS = 240_000

/** One run, from the first start to the last check. */
export class Run {
  readonly #options: TortureOptions
  readonly #startedAtMs = performance.now()
  readonly #kills = { times: 0, hosts: 0, browsers: 0 }
  readonly #recovery = new Recovery()
  readonly #account = new PartAccount()
  readonly #schedule
  readonly #world: World
  readonly #log: EventLog
  readonly #dealer: FaultInjector
  readonly #shelf: FilePool
  readonly #store: StoreTruth
  readonly #inspector: Inspector
  readonly #tender: Operator

  private constructor(options: TortureOptions, folder: string, world: World) {
    this.#options = options
    this.#world = world
    this.#log = new EventLog(join(folder, 'events.jsonl'))
    this.#schedule = scheduleOf(options)
    this.#dealer = new FaultInjector(this.#schedule.faults, () => performance.now())
    this.#shelf = new FilePool(join(folder, 'files'), options.seed, this.#schedule)
    this.#store = new StoreTruth(world.access)
    const [shelf, store, account] = [this.#shelf, this.#store, this.#account]
    const records = () => recordedUploads(world.dataFolder)
    this.#inspector = new Inspector({ shelf, store, account, records })
    const [dealer, inspector, log] = [this.#dealer, this.#inspector, this.#log]
    this.#tender = new Operator({
      ...options,
      world,
      shelf,
      store,
      account,
      dealer,
      inspector,
      log,
    })
    const [bucket, recovery] = [world.access.bucket, this.#recovery]
    world.proxy.setRule(faultRule({ bucket, dealer, account, recovery, log }))
  }

  static async start(options: TortureOptions, folder: string, reaper: Reaper): Promise<Run> {
    await mkdir(join(folder, 'files'))
    return new Run(options, folder, await World.start({ ...options, folder, reaper }))
  }

  /** Kills and faults, until the planned number or the time limit is reached. */
  async torture(say: (line: string) => void): Promise<void> {
    for (const kill of this.#schedule.kills) {
      if (this.#msLeft() <= kill.afterMs) break
      await this.#strike(kill)
      say(this.place())
    }
    while (this.#msLeft() > 0 && this.#faultCount() < this.#options.faults) await this.#round()
  }

  /** Lets everything finish without further faults, then checks everything. */
  async finish(): Promise<void> {
    this.#log.write('end of faults')
    this.#dealer.stop()
    this.#tender.stopGiving()
    const deadlineMs = performance.now() + this.#msToFinish()
    do await this.#round()
    while (!this.#isAllOver() && performance.now() < deadlineMs)
    const stuck = this.#tender.stuck()
    const open = this.#tender.unfinished.filter((each) => !stuck.includes(each))
    if (open.length > 0) {
      const names = open.map(({ name }) => `"${name}"`).join(', ')
      throw new Violation(`Without any more faults these came to no end: ${names}`)
    }
    await this.#inspector.judgeEnd(stuck)
  }

  /** The current position in the schedule. */
  place(): string {
    const minutes = (this.#msPassed() / 60_000).toFixed(1)
    const counts = `${this.#kills.times} kills, ${this.#faultCount()} faults`
    return `minute ${minutes}: ${counts}, ${this.#inspector.arrivals.files.length} files arrived`
  }

  figures(): RunFigures {
    const arrived = this.#inspector.arrivals.files
    return {
      minutes: this.#msPassed() / 60_000,
      files: {
        given: this.#shelf.files.length,
        done: arrived.length,
        doneBytes: arrived.reduce((sum, { byteLength }) => sum + byteLength, 0),
      },
      kills: { planned: this.#options.kills, ...this.#kills },
      faults: { planned: this.#options.faults, byKind: this.#faults() },
      bytes: this.#account.totals(),
      slowestRecoveryMs: this.#recovery.slowestMs,
      messages: [...this.#tender.messages],
      stuck: this.#tender.stuck().map(({ name }) => name),
    }
  }

  /** Writes the details of a failure to a file. */
  note(what: string, text: string): void {
    this.#log.write(what, { text })
  }

  async close(): Promise<void> {
    this.#dealer.stop()
    await this.#world.close()
    this.#store.close()
    this.#log.close()
  }

  /** The operator works in the window until the kill interrupts it. */
  async #strike({ number, victim, afterMs }: PlannedKill): Promise<void> {
    const stop = new AbortController()
    const tending = this.#tender.operateUntil(stop.signal)
    await Promise.race([delay(afterMs), tending])
    stop.abort()
    this.#log.write('kill', { number, victim })
    this.#account.killed()
    if (this.#tender.unfinished.length > 0) this.#recovery.killed(performance.now())
    await this.#world.kill(victim)
    await tending
    // Data that the dead browser sent before the kill may have arrived only now.
    this.#account.killed()
    await this.#world.revive(victim)
    this.#log.write('revived', { number })
    this.#recovery.revived()
    this.#kills.times += 1
    if (victim !== 'browser') this.#kills.hosts += 1
    if (victim !== 'host') this.#kills.browsers += 1
    await this.#inspector.judgeOrphans()
  }

  async #round(): Promise<void> {
    await this.#tender.round()
    await delay(ROUND_MS)
  }

  #isAllOver(): boolean {
    return (
      this.#tender.unfinished.length === 0 &&
      this.#shelf.files.every((file) => this.#inspector.hasSeen(file))
    )
  }

  #faults(): Readonly<Record<string, number>> {
    const forgets = this.#tender.forgetCount
    const counts = this.#world.proxy.counts()
    return forgets === 0 ? counts : { ...counts, 'store-forgets': forgets }
  }

  #faultCount(): number {
    return Object.values(this.#faults()).reduce((sum, count) => sum + count, 0)
  }

  #msPassed(): number {
    return performance.now() - this.#startedAtMs
  }

  #msLeft(): number {
    return this.#options.minutes * 60_000 - this.#msPassed()
  }

  /** Twice the transfer time, plus Ferry's longest timeouts. */
  #msToFinish(): number {
    const bytes = this.#tender.unfinished.reduce((sum, { byteLength }) => sum + byteLength, 0)
    return PATIENCE_AT_END_MS + (2 * 1000 * bytes) / (this.#options.linkMibPerSecond * MIB)
  }
}
