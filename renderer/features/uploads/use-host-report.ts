import { useEffect, useRef } from 'react'
import type { ProgressPace, QueueReport } from '../../../electron/contract/commands/host.ts'
import type { QueueTotals } from '../../engine/view/queue-view.ts'
import { useServices } from '../services/services.tsx'

const REPORT_EVERY_MS = 1000

/**
 * Tells the host what goes on: the task bar, the notifications and the question before the window
 * closes are made of it.
 * @param percent of all uploads; null: nothing is unfinished.
 */
export function useHostReport(totals: QueueTotals, percent: number | null): void {
  const { commands } = useServices()
  // Only a report that differs is sent, and totals differ with every byte.
  const report = JSON.stringify(reportOf(totals, percent))
  const saidAtMs = useRef(-REPORT_EVERY_MS)
  useEffect(() => {
    const waitMs = Math.max(0, saidAtMs.current + REPORT_EVERY_MS - performance.now())
    const timer = setTimeout(() => {
      saidAtMs.current = performance.now()
      // When the host is gone, the window says so elsewhere.
      void commands.showProgress(JSON.parse(report) as QueueReport)
    }, waitMs)
    return () => clearTimeout(timer)
  }, [commands, report])
}

function reportOf(totals: QueueTotals, percent: number | null): QueueReport {
  return {
    fraction: percent === null ? null : percent / 100,
    pace: paceOf(totals),
    movingCount: totals.unfinishedCount - waitingForUser(totals),
    finishedCount: totals.finishedCount,
    lastFinished: totals.lastFinished,
    stuckCount: totals.stuckCount,
    firstStuck: totals.firstStuck,
    onlyHereCount: totals.pathlessCount,
    onlyHere: [...totals.pathless],
  }
}

function waitingForUser({ pausedCount, stuckCount, failedCount }: QueueTotals): number {
  return pausedCount + stuckCount - failedCount
}

/** Whether anything goes on without the user. */
function paceOf(totals: QueueTotals): ProgressPace {
  if (waitingForUser(totals) < totals.unfinishedCount) return 'moving'
  return totals.stuckCount > 0 ? 'stuck' : 'paused'
}
