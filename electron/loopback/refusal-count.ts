import type { Log } from '../core/ports.ts'

/** A flood of refused requests costs one line in this time. */
const REPORT_MS = 60_000

export interface RefusalCount {
  /** `status`: as it was answered; `closed` when the connection got no answer. */
  readonly add: (status: number | 'closed') => void
  /** Writes what was counted and stops. */
  readonly close: () => void
}

/** Logs how many requests were refused, and never what they carried. */
export function countRefusals(log: Log, reportMs = REPORT_MS): RefusalCount {
  let counts = new Map<string, number>()
  let timer: NodeJS.Timeout | null = null
  const report = () => {
    timer = null
    if (counts.size === 0) return
    log.warn({ refused: Object.fromEntries(counts) }, 'Refused requests')
    counts = new Map()
  }
  return {
    add: (status) => {
      counts.set(String(status), (counts.get(String(status)) ?? 0) + 1)
      timer ??= setTimeout(report, reportMs).unref()
    },
    close: () => {
      if (timer !== null) clearTimeout(timer)
      report()
    },
  }
}
