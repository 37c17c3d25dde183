import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { Notice } from '../design/notice.tsx'
import { type FailureDestination, failureText } from '../failures/failure-text.ts'
import { FailureDetails } from './failure-details.tsx'

/** What went wrong with a dialog as a whole. `of`: what the dialog is about. */
export function FailureNotice({
  failure,
  at,
  of,
}: {
  readonly failure: Failure
  readonly at: FailureDestination | null
  readonly of: string
}) {
  const { problem, wayOut } = failureText(failure, Date.now(), at)
  return (
    <Notice tone="bad" role="alert" title={problem}>
      <p>
        {wayOut}
        <FailureDetails failure={failure} of={of} />
      </p>
    </Notice>
  )
}
