import type { CheckReport } from '../../../../electron/contract/commands/checks.ts'
import type { DraftNote } from '../../../../electron/contract/destination-draft.ts'
import type {
  DestinationField,
  Failure,
  FieldProblem,
} from '../../../../electron/contract/failure/kinds.ts'

/** What the host said of the form's contents. */
export interface FormFindings {
  readonly problems: readonly FieldProblem[]
  readonly notes: readonly DraftNote[]
  /** What went wrong with the form as a whole. */
  readonly failure: Failure | null
}

export const NO_FINDINGS: FormFindings = { problems: [], notes: [], failure: null }

export function findingsOfReport({ lines, notes }: CheckReport): FormFindings {
  const failures = lines.flatMap(({ verdict, finding }) =>
    verdict === 'failed' && finding?.kind === 'failure' ? [finding.failure] : [],
  )
  return { problems: failures.flatMap(problemsOf), notes, failure: null }
}

export function findingsOfFailure(failure: Failure): FormFindings {
  const problems = problemsOf(failure)
  return { ...NO_FINDINGS, problems, failure: problems.length > 0 ? null : failure }
}

/** Of other contents: only what still stands in its field stays. */
export function findingsAfterChange(
  { problems }: FormFindings,
  isChanged: (field: DestinationField) => boolean,
): FormFindings {
  return { ...NO_FINDINGS, problems: problems.filter(({ field }) => !isChanged(field)) }
}

function problemsOf(failure: Failure): readonly FieldProblem[] {
  return failure.kind === 'form-invalid' ? failure.problems : []
}
