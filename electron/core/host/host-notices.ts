import { isDeepStrictEqual } from 'node:util'
import type { HostNotice } from '../../contract/commands/host.ts'
import { UnreadSettings } from '../../contract/unread-settings.ts'

const DAY_MS = 86_400_000

/** Things that happened by themselves and that the user should know; pages get every change. */
export class HostNotices {
  #list: readonly HostNotice[]
  readonly #changed: (notices: HostNotice[]) => void

  constructor(early: readonly HostNotice[], changed: (notices: HostNotice[]) => void) {
    this.#list = early
    this.#changed = changed
  }

  list(): HostNotice[] {
    return [...this.#list]
  }

  add(notice: HostNotice): void {
    this.#list = [...this.#list, notice]
    this.#changed(this.list())
  }

  /** The local bucket started after all: the notice about it is no longer true. */
  localBucketRuns(): void {
    this.#takeBack('local-bucket-stopped')
  }

  /**
   * Reports what a store's answer says about this computer's clock. Reported once, however many
   * answers say so, and withdrawn by the first answer that does not.
   */
  clockSeen(offsetMs: number, nowMs: number): void {
    if (Math.abs(offsetMs) <= DAY_MS) this.#takeBack('clock-off')
    else if (!this.#list.some((notice) => notice.kind === 'clock-off')) {
      this.add({ kind: 'clock-off', storeTimeMs: nowMs + offsetMs })
    }
  }

  secretStoreLocked(isLocked: boolean): void {
    if (!isLocked) this.#takeBack('secret-store-locked')
    else if (!this.#list.some((notice) => notice.kind === 'secret-store-locked')) {
      this.add({ kind: 'secret-store-locked' })
    }
  }

  /** Another program holds one of Ferry's files, and changes are only in memory. */
  fileHeld(name: string, isHeld: boolean): void {
    const isOf = (notice: HostNotice) => notice.kind === 'file-held' && notice.name === name
    const isTold = this.#list.some(isOf)
    if (isHeld && !isTold) this.add({ kind: 'file-held', name })
    if (isHeld || !isTold) return
    this.#list = this.#list.filter((notice) => !isOf(notice))
    this.#changed(this.list())
  }

  /** Reported once, however many errors follow: the log has them all. */
  unexpectedError(reference: string): void {
    if (this.#list.some((notice) => notice.kind === 'unexpected-error')) return
    this.add({ kind: 'unexpected-error', reference })
  }

  /** A question waits outside the page; withdrawn when all questions are answered. */
  asking(where: 'dialog' | 'terminal' | null): void {
    if (where === null) this.#takeBack('asked-outside')
    else if (!this.#list.some((notice) => notice.kind === 'asked-outside')) {
      this.add({ kind: 'asked-outside', where })
    }
  }

  /** Replaces the earlier notices about settings that this version of Ferry cannot read. */
  settingsRead(unread: readonly UnreadSettings[]): void {
    const others = this.#list.filter((notice) => !UnreadSettings.safeParse(notice).success)
    const next = [...others, ...unread]
    if (isDeepStrictEqual(next, this.#list)) return
    this.#list = next
    this.#changed(this.list())
  }

  #takeBack(kind: HostNotice['kind']): void {
    const remaining = this.#list.filter((notice) => notice.kind !== kind)
    if (remaining.length === this.#list.length) return
    this.#list = remaining
    this.#changed(this.list())
  }
}
