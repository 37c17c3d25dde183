import { useEffect, useRef } from 'react'
import type { CheckId } from '../../../../electron/contract/commands/checks.ts'
import type { DestinationDraft } from '../../../../electron/contract/destination-draft.ts'
import { useServices } from '../../../app/services.tsx'
import type { CheckAction, CheckRun } from './check-run.ts'

/**
 * Runs connection checks for a dialog whose reducer holds `run`. Cancels a check at the host when the
 * reducer drops or replaces it, or when the dialog closes.
 * @returns a function that starts a check.
 */
export function useCheck(
  run: CheckRun,
  dispatch: (action: CheckAction) => void,
): (draft: DestinationDraft) => Promise<void> {
  const { commands, notices } = useServices()
  const unanswered = useRef(new Set<CheckId>())
  const runningId = run.phase === 'running' ? run.checkId : null

  useEffect(
    () =>
      notices.checkProgressed(({ checkId, line }) =>
        dispatch({ type: 'check-progressed', checkId, line }),
      ),
    [notices, dispatch],
  )
  useEffect(() => {
    if (runningId === null) return
    const { current } = unanswered
    return () => {
      if (current.has(runningId)) void commands.cancelCheck({ checkId: runningId })
    }
  }, [commands, runningId])

  return async (draft) => {
    const checkId = crypto.randomUUID() as CheckId
    unanswered.current.add(checkId)
    dispatch({ type: 'check-started', checkId })
    const answer = await commands.checkDestination({ checkId, draft })
    unanswered.current.delete(checkId)
    dispatch({ type: 'check-finished', checkId, answer })
  }
}
