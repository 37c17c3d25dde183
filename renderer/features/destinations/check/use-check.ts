import { useEffect, useRef, useState } from 'react'
import type {
  CheckId,
  CheckLine,
  CheckReport,
} from '../../../../electron/contract/commands/checks.ts'
import type { DestinationDraft } from '../../../../electron/contract/destination-draft.ts'
import type { Outcome } from '../../../../electron/contract/outcome.ts'
import { useServices } from '../../../app/services.tsx'

/** The one check that the form shows. */
export type CheckRun =
  | { readonly phase: 'none' }
  | { readonly phase: 'running'; readonly checkId: CheckId; readonly lines: readonly CheckLine[] }
  | { readonly phase: 'done'; readonly checkId: CheckId; readonly report: CheckReport }

export interface Check {
  readonly run: CheckRun
  /** Null: another began, or it was dropped meanwhile. */
  readonly start: (draft: DestinationDraft) => Promise<Outcome<CheckReport> | null>
  /** Ends it where it runs, and forgets what it said. */
  readonly drop: () => void
}

const NO_RUN: CheckRun = { phase: 'none' }

export function useCheck(): Check {
  const { commands, notices } = useServices()
  const [run, setRun] = useState<CheckRun>(NO_RUN)
  const current = useRef<CheckId | null>(null)

  const cancel = () => {
    const checkId = current.current
    current.current = null
    if (checkId !== null) void commands.cancelCheck({ checkId })
  }
  const latestCancel = useRef(cancel)
  latestCancel.current = cancel

  useEffect(
    () =>
      notices.checkProgressed(({ checkId, line }) =>
        setRun((before) => withLine(before, checkId, line)),
      ),
    [notices],
  )
  useEffect(() => () => latestCancel.current(), [])

  return {
    run,
    drop() {
      cancel()
      setRun(NO_RUN)
    },
    async start(draft) {
      cancel()
      const checkId = crypto.randomUUID() as CheckId
      current.current = checkId
      setRun({ phase: 'running', checkId, lines: [] })
      const answer = await commands.checkDestination({ checkId, draft })
      if (current.current !== checkId) return null
      current.current = null
      setRun(answer.ok ? { phase: 'done', checkId, report: answer.value } : NO_RUN)
      return answer
    },
  }
}

function withLine(run: CheckRun, checkId: CheckId, line: CheckLine): CheckRun {
  if (run.phase !== 'running' || run.checkId !== checkId) return run
  const others = run.lines.filter(({ step }) => step !== line.step)
  return { ...run, lines: [...others, line] }
}
