import * as z from 'zod/mini'
import type { UpdateState } from '../../contract/commands/host.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { CorePorts, ReleaseFeed } from '../ports.ts'

const KEY = 'updates'
const DAY_MS = 86_400_000
/** Timers stand still while the computer sleeps, so a timer of a whole day would be late. */
const LOOK_EVERY_MS = 3_600_000

const Kept = z.object({
  checks: z.enum(['unasked', 'daily', 'off']),
  /** When the feed was last asked, whatever the result. */
  askedAtMs: z.nullable(z.number()),
  newest: z.nullable(z.string()),
  hidden: z.nullable(z.string()),
})
type Kept = z.infer<typeof Kept>

const NOTHING_KEPT: Kept = { checks: 'unasked', askedAtMs: null, newest: null, hidden: null }

type UpdatePorts = Pick<
  CorePorts,
  'releases' | 'settings' | 'log' | 'now' | 'notify' | 'description'
>

/**
 * Looks for newer releases. The feed is asked only if the user agreed, at most once a day, and
 * never during uploads: neither network traffic nor a restart may interfere with them.
 */
export class Updates {
  readonly #ports: UpdatePorts
  readonly #feed: ReleaseFeed | null
  readonly #timer: NodeJS.Timeout | null
  #kept: Kept
  #step: UpdateState['step'] = 'idle'
  /** Until the window has reported, uploads of the last session may be running. */
  #isUploading = true
  #work: AbortController | null = null

  constructor(ports: UpdatePorts) {
    this.#ports = ports
    this.#feed = ports.releases ?? null
    this.#kept = Kept.safeParse(ports.settings.get(KEY)).data ?? NOTHING_KEPT
    this.#timer =
      this.#feed === null ? null : setInterval(() => this.#askIfDue(), LOOK_EVERY_MS).unref()
  }

  state(): UpdateState | null {
    const feed = this.#feed
    if (feed === null) return null
    const { checks, newest, hidden } = this.#kept
    const isKnown = newest !== null && isNewer(newest, this.#ports.description.version)
    const newer = isKnown
      ? {
          version: newest,
          pageUrl: feed.pageOf(newest),
          canInstall: feed.canInstall,
          isHidden: newest === hidden,
        }
      : null
    return { checks, newer, step: this.#step }
  }

  allow(isAllowed: boolean): UpdateState | null {
    if (this.#feed === null) return null
    this.#keep({ checks: isAllowed ? 'daily' : 'off' })
    if (!isAllowed) this.#work?.abort()
    this.#tell()
    this.#askIfDue()
    return this.state()
  }

  hide(): UpdateState | null {
    if (this.#feed === null) return null
    this.#step = 'idle'
    this.#keep({ hidden: this.#kept.newest })
    this.#tell()
    return this.state()
  }

  /** Answers at once; notices report the rest. */
  install(): Outcome<UpdateState | null> {
    const feed = this.#feed
    const canInstall = this.state()?.newer?.canInstall === true
    if (feed === null || !canInstall) return failed({ kind: 'wrong-state' })
    if (this.#isUploading || this.#work !== null) return failed({ kind: 'in-use' })
    void this.#working((signal) => this.#download(feed, signal))
    return succeeded(this.state())
  }

  /** Called by the window when uploads begin and end. */
  uploading(isUploading: boolean): void {
    this.#isUploading = isUploading
    if (isUploading) this.#work?.abort()
    else this.#askIfDue()
  }

  isReleasePage(url: string): boolean {
    return this.state()?.newer?.pageUrl === url
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#isUploading = true
    this.#work?.abort()
  }

  #askIfDue(): void {
    const feed = this.#feed
    const { checks, askedAtMs } = this.#kept
    if (feed === null || checks !== 'daily' || this.#isUploading || this.#work !== null) return
    const nowMs = this.#ports.now()
    // Also asks if the clock was set back by more than a day.
    const isDue = askedAtMs === null || Math.abs(nowMs - askedAtMs) >= DAY_MS
    if (!isDue) return
    void this.#working(async (signal) => {
      // Stored before asking: even if Ferry crashes or is started ten times a day, it asks only
      // once.
      this.#keep({ askedAtMs: nowMs })
      const newest = await feed.newest(signal)
      if (signal.aborted || newest === null) return
      this.#keep({ newest })
      this.#tell()
    })
  }

  async #download(feed: ReleaseFeed, signal: AbortSignal): Promise<void> {
    this.#step = 'downloading'
    this.#tell()
    try {
      await feed.download(signal)
      signal.throwIfAborted()
      await feed.installAndRestart()
      this.#step = 'idle'
    } catch (error) {
      // Uploads that begin have priority; the offer stays.
      this.#step = signal.aborted ? 'idle' : 'failed'
      if (!signal.aborted) throw error
    } finally {
      this.#tell()
    }
  }

  /** A feed that does not answer is not worth a notice: it is asked again tomorrow. */
  async #working(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController()
    this.#work = controller
    try {
      await work(controller.signal)
    } catch (error) {
      const why = error instanceof Error ? error.name : 'unknown'
      this.#ports.log.warn({ why }, 'The update did not go through')
    } finally {
      this.#work = null
    }
  }

  #keep(changes: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...changes }
    this.#ports.settings.set(KEY, this.#kept)
  }

  #tell(): void {
    const state = this.state()
    if (state !== null) this.#ports.notify('updatesChanged', state)
  }
}

/** Major, minor, patch; null for pre-releases and everything else that is no release. */
function numbersOf(version: string): readonly number[] | null {
  const numbers = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})$/.exec(version)?.slice(1)
  return numbers?.map(Number) ?? null
}

/** Also false if either is no plain release: Ferry offers nothing that it cannot compare. */
export function isNewer(version: string, than: string): boolean {
  const [ours, theirs] = [numbersOf(than), numbersOf(version)]
  if (ours === null || theirs === null) return false
  for (const [place, number] of theirs.entries()) {
    const own = ours[place] ?? 0
    if (number !== own) return number > own
  }
  return false
}
