import { isDeepStrictEqual } from 'node:util'
import type { HostNotice } from '../../contract/commands/host.ts'
import { UnreadSettings } from '../../contract/unread-settings.ts'

const DAY_MS = 86_400_000

/** What happened unasked and the person should know of; told to pages as it grows. */
export class HostNotices {
  #list: readonly HostNotice[]
  readonly #changed: (troubles: HostNotice[]) => void

  constructor(early: readonly HostNotice[], changed: (troubles: HostNotice[]) => void) {
    this.#list = early
    this.#changed = changed
  }

  list(): HostNotice[] {
    return [...this.#list]
  }

  add(trouble: HostNotice): void {
    this.#list = [...this.#list, trouble]
    this.#changed(this.list())
  }

  /** The local bucket came up after all: what was said of it is no longer true. */
  localBucketRuns(): void {
    this.#takeBack('local-bucket-stopped')
  }

  /**
   * What a store's answer says of this computer's clock. Told once, however many answers say so,
   * and taken back by the first that does not.
   */
  clockSeen(offsetMs: number, nowMs: number): void {
    if (Math.abs(offsetMs) <= DAY_MS) this.#takeBack('clock-off')
    else if (!this.#list.some((trouble) => trouble.kind === 'clock-off')) {
      this.add({ kind: 'clock-off', storeTimeMs: nowMs + offsetMs })
    }
  }

  secretStoreLocked(isLocked: boolean): void {
    if (!isLocked) this.#takeBack('secret-store-locked')
    else if (!this.#list.some((trouble) => trouble.kind === 'secret-store-locked')) {
      this.add({ kind: 'secret-store-locked' })
    }
  }

  /** Another program holds one of Ferry's files, and what changes is in memory only. */
  fileHeld(name: string, isHeld: boolean): void {
    const isOf = (trouble: HostNotice) => trouble.kind === 'file-held' && trouble.name === name
    const isTold = this.#list.some(isOf)
    if (isHeld && !isTold) this.add({ kind: 'file-held', name })
    if (isHeld || !isTold) return
    this.#list = this.#list.filter((trouble) => !isOf(trouble))
    this.#changed(this.list())
  }

  /** Said once, however many follow: the log has them all. */
  unexpectedError(reference: string): void {
    if (this.#list.some((trouble) => trouble.kind === 'unexpected-error')) return
    this.add({ kind: 'unexpected-error', reference })
  }

  /** A question waits outside the page; taken back when all of them are answered. */
  asking(where: 'dialog' | 'terminal' | null): void {
    if (where === null) this.#takeBack('asked-outside')
    else if (!this.#list.some((trouble) => trouble.kind === 'asked-outside')) {
      this.add({ kind: 'asked-outside', where })
    }
  }

  /** What the settings hold and this Ferry cannot read, in place of what was told of them before. */
  settingsRead(unread: readonly UnreadSettings[]): void {
    const others = this.#list.filter((trouble) => !UnreadSettings.safeParse(trouble).success)
    const next = [...others, ...unread]
    if (isDeepStrictEqual(next, this.#list)) return
    this.#list = next
    this.#changed(this.list())
  }

  #takeBack(kind: HostNotice['kind']): void {
    const remaining = this.#list.filter((trouble) => trouble.kind !== kind)
    if (remaining.length === this.#list.length) return
    this.#list = remaining
    this.#changed(this.list())
  }
}
