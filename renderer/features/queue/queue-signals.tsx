import { useEffect, useRef, useState } from 'react'
import type { ProgressPace, QueueReport } from '../../../electron/contract/commands/host.ts'
import { useAppState, useQueue, useServices } from '../../app/services.tsx'
import { formatCount, formatPercent, percentOf } from '../../design/format.ts'
import type { QueueTotals } from '../../engine/view/queue-view.ts'

/** Reports the queue outside the list: in the title, in the task bar and to screen readers. */
export function QueueSignals() {
  const { totals } = useQueue()
  useTitle(totals)
  useHostReport(totals, percentOfAll(totals))
  useLeaveGuard(totals)
  return (
    <p role="status" className="visually-hidden">
      {useAnnouncement(totals)}
    </p>
  )
}

/** Null when no upload is unfinished. */
function percentOfAll(totals: QueueTotals): number | null {
  if (totals.unfinishedCount === 0) return null
  return totals.totalBytes === 0 ? 0 : Math.min(99, percentOf(totals.sentBytes, totals.totalBytes))
}

function useTitle(totals: QueueTotals): void {
  const percent = percentOfAll(totals)
  useEffect(() => {
    document.title = percent === null ? 'Ferry' : `${formatPercent(percent)} – Ferry`
  }, [percent])
}

/**
 * Closing a browser's tab loses its files: each would have to be dropped again. The desktop reads
 * them again by itself, and there the guard would only keep the window from closing.
 */
function useLeaveGuard({ activeCount }: QueueTotals): void {
  const { host } = useAppState()
  const isGuarded = host.host === 'loopback' && activeCount > 0
  useEffect(() => {
    if (!isGuarded) return
    // The browser asks with its own words.
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [isGuarded])
}

const ANNOUNCE_AFTER_MS = 1000

/** Announces uploads that ended close together in one message. */
function useAnnouncement({ doneCount, stuckCount, unfinishedCount }: QueueTotals): string {
  const [saying, setSaying] = useState('')
  const before = useRef({ doneCount, stuckCount })
  useEffect(() => {
    const timer = setTimeout(() => {
      const pieces = []
      if (doneCount > before.current.doneCount) {
        pieces.push(
          unfinishedCount === 0
            ? `${formatCount(doneCount, 'upload', 'uploads')} done`
            : `${doneCount} of ${doneCount + unfinishedCount} uploads done`,
        )
      }
      if (stuckCount > before.current.stuckCount) {
        pieces.push(`${formatCount(stuckCount, 'upload needs', 'uploads need')} your attention`)
      }
      before.current = { doneCount, stuckCount }
      if (pieces.length > 0) setSaying(`${pieces.join(', ')}.`)
    }, ANNOUNCE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [doneCount, stuckCount, unfinishedCount])
  return saying
}

const REPORT_EVERY_MS = 1000

/**
 * Reports progress to the host, which uses it for the task bar, notifications and the question
 * before the window closes.
 * @param percent of all uploads; null: no upload is unfinished.
 */
function useHostReport(totals: QueueTotals, percent: number | null): void {
  const { commands } = useServices()
  // Totals change with every byte, so only a report that differs is sent.
  const report = JSON.stringify(reportOf(totals, percent))
  const saidAtMs = useRef(-REPORT_EVERY_MS)
  useEffect(() => {
    const waitMs = Math.max(0, saidAtMs.current + REPORT_EVERY_MS - performance.now())
    const timer = setTimeout(() => {
      saidAtMs.current = performance.now()
      // Another notice says if the host is gone.
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

/** Whether any upload goes on without the user. */
function paceOf(totals: QueueTotals): ProgressPace {
  if (waitingForUser(totals) < totals.unfinishedCount) return 'moving'
  return totals.stuckCount > 0 ? 'stuck' : 'paused'
}
