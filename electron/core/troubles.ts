import type { HostTrouble } from '../contract/commands.ts'

/** What happened unasked and the person should know of; told to pages as it grows. */
export class Troubles {
  #list: readonly HostTrouble[]
  readonly #changed: (troubles: HostTrouble[]) => void

  constructor(early: readonly HostTrouble[], changed: (troubles: HostTrouble[]) => void) {
    this.#list = early
    this.#changed = changed
  }

  list(): HostTrouble[] {
    return [...this.#list]
  }

  add(trouble: HostTrouble): void {
    this.#list = [...this.#list, trouble]
    this.#changed(this.list())
  }

  /** The local bucket came up after all: what was said of it is no longer true. */
  localBucketRuns(): void {
    const remaining = this.#list.filter((trouble) => trouble.kind !== 'local-bucket-stopped')
    if (remaining.length === this.#list.length) return
    this.#list = remaining
    this.#changed(this.list())
  }
}
