import { type CheckLine, CheckStep } from '../../../../electron/contract/commands/checks.ts'
import { formatCount } from '../../../design/format.ts'
import { CHECK_GROUPS } from './check-text.ts'

/** `not-reached`: the check ended before it. */
export type LineState = 'waiting' | 'checking' | 'not-reached' | CheckLine['verdict']

export interface CheckRow {
  readonly step: CheckStep
  readonly state: LineState
  /** Null until the check reaches it. */
  readonly line: CheckLine | null
}

/** Contains every step from the start. */
export function checkRows(
  lines: readonly CheckLine[],
  isRunning: boolean,
): ReadonlyMap<CheckStep, CheckRow> {
  const told = new Map(lines.map((line) => [line.step, line]))
  const next = isRunning ? CheckStep.options.find((step) => !told.has(step)) : undefined
  return new Map(
    CheckStep.options.map((step) => {
      const line = told.get(step) ?? null
      return [step, { step, line, state: stateOf(line, step === next, isRunning) }]
    }),
  )
}

function stateOf(line: CheckLine | null, isNext: boolean, isRunning: boolean): LineState {
  if (line === null) {
    if (isNext) return 'checking'
    return isRunning ? 'waiting' : 'not-reached'
  }
  // The check does not even know why.
  return line.verdict === 'unknown' && line.finding === null ? 'not-reached' : line.verdict
}

/**
 * The sentence above the list. While the check runs it changes only once per group, so that screen
 * readers are not flooded.
 */
export function checkSentence(lines: readonly CheckLine[], isRunning: boolean): string {
  if (!isRunning) return summaryOf(lines)
  const told = new Set(lines.map(({ step }) => step))
  const next = CheckStep.options.find((step) => !told.has(step))
  const group = CHECK_GROUPS.find(({ steps }) => steps.some((step) => step === next))
  return group === undefined ? 'One moment…' : `Checking ${group.object}…`
}

function summaryOf(lines: readonly CheckLine[]): string {
  if (lines.length === 0) return 'Nothing was checked.'
  const count = (verdict: CheckLine['verdict']) =>
    lines.filter((line) => line.verdict === verdict).length
  const failedCount = count('failed')
  const warnedCount = count('warned')
  if (failedCount > 0) {
    return `This does not work yet: ${formatCount(failedCount, 'thing needs', 'things need')} fixing.`
  }
  if (warnedCount > 0) {
    return `It works, with ${formatCount(warnedCount, 'thing', 'things')} to know.`
  }
  return lines.length < CheckStep.options.length
    ? 'The check ended early; everything it reached works.'
    : 'Everything works.'
}
