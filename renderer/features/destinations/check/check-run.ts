import type {
  CheckId,
  CheckLine,
  CheckReport,
} from '../../../../electron/contract/commands/checks.ts'
import type { Outcome } from '../../../../electron/contract/outcome.ts'
import { unreachable } from '../../../../electron/lib/unreachable.ts'

export type CheckRun =
  | { readonly phase: 'none' }
  | { readonly phase: 'running'; readonly checkId: CheckId; readonly lines: readonly CheckLine[] }
  | { readonly phase: 'done'; readonly checkId: CheckId; readonly report: CheckReport }

export const NO_RUN: CheckRun = { phase: 'none' }

export type CheckAction =
  | { readonly type: 'check-started'; readonly checkId: CheckId }
  | { readonly type: 'check-progressed'; readonly checkId: CheckId; readonly line: CheckLine }
  | {
      readonly type: 'check-finished'
      readonly checkId: CheckId
      readonly answer: Outcome<CheckReport>
    }

/** Ignores progress and answers of a check that was replaced or dropped. */
export function checkReducer(run: CheckRun, action: CheckAction): CheckRun {
  switch (action.type) {
    case 'check-started':
      return { phase: 'running', checkId: action.checkId, lines: [] }
    case 'check-progressed': {
      const { line } = action
      if (!isRunning(run, action.checkId)) return run
      return { ...run, lines: [...run.lines.filter(({ step }) => step !== line.step), line] }
    }
    case 'check-finished': {
      const { checkId, answer } = action
      if (!isRunning(run, checkId)) return run
      return answer.ok ? { phase: 'done', checkId, report: answer.value } : NO_RUN
    }
    default:
      return unreachable(action)
  }
}

export function isRunning(
  run: CheckRun,
  checkId: CheckId,
): run is Extract<CheckRun, { phase: 'running' }> {
  return run.phase === 'running' && run.checkId === checkId
}
