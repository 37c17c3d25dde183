import { useState } from 'react'
import type { CheckId, CheckReport } from '../../../electron/contract/check.ts'
import type { Destination } from '../../../electron/contract/destination.ts'
import type { DestinationDraft, DraftNote } from '../../../electron/contract/destination-draft.ts'
import type { DestinationField, Failure, FieldProblem } from '../../../electron/contract/failure.ts'
import { useServices } from '../services/services.tsx'
import {
  emptyForm,
  type FormDraft,
  formOf,
  withEndpoint,
  withProvider,
  withRegion,
} from './draft.ts'

type Work = 'none' | 'checking' | 'saving'

export interface ConnectForm {
  readonly draft: DestinationDraft
  readonly work: Work
  readonly report: CheckReport | null
  readonly problems: readonly FieldProblem[]
  readonly notes: readonly DraftNote[]
  /** What went wrong with the form as a whole. */
  readonly failure: Failure | null
  readonly type: (field: DestinationField, value: string) => void
  readonly chooseProvider: (provider: DestinationDraft['provider']) => void
  readonly choosePathStyle: (pathStyle: boolean) => void
  readonly chooseKeepSecret: (keepSecret: boolean) => void
  readonly useRegion: (region: string) => void
  readonly check: () => Promise<void>
  readonly save: () => Promise<void>
}

interface Findings {
  readonly report: CheckReport | null
  readonly problems: readonly FieldProblem[]
  readonly notes: readonly DraftNote[]
  readonly failure: Failure | null
}

const NO_FINDINGS: Findings = { report: null, problems: [], notes: [], failure: null }

/** `onProblems` is called after a check or save that found fault with fields. */
export function useConnectForm(
  editing: Destination | null,
  onSaved: (destination: Destination, notes: readonly DraftNote[]) => void,
  onProblems: (problems: readonly FieldProblem[]) => void,
): ConnectForm {
  const { commands, session } = useServices()
  const [form, setForm] = useState<FormDraft>(() =>
    editing === null ? emptyForm() : formOf(editing),
  )
  const [work, setWork] = useState<Work>('none')
  const [findings, setFindings] = useState<Findings>(NO_FINDINGS)

  const settle = (next: Findings) => {
    setWork('none')
    setFindings(next)
    if (next.problems.length > 0) onProblems(next.problems)
  }
  const change = (next: FormDraft) => {
    setForm(next)
    // A report about other contents would mislead.
    setFindings(({ problems }) => ({
      ...NO_FINDINGS,
      problems: problems.filter(({ field }) => next.draft[field] === form.draft[field]),
    }))
  }

  return {
    draft: form.draft,
    work,
    ...findings,
    type(field, value) {
      if (field === 'endpoint') change(withEndpoint(form, value))
      else if (field === 'region') change(withRegion(form, value))
      else change({ ...form, draft: { ...form.draft, [field]: value } })
    },
    chooseProvider: (provider) => change(withProvider(form, provider)),
    choosePathStyle: (pathStyle) =>
      change({ ...form, isPathStyleOwn: true, draft: { ...form.draft, pathStyle } }),
    chooseKeepSecret: (keepSecret) => change({ ...form, draft: { ...form.draft, keepSecret } }),
    useRegion: (region) => change(withRegion(form, region)),
    async check() {
      setWork('checking')
      const answer = await commands.checkDestination({
        checkId: crypto.randomUUID() as CheckId,
        draft: form.draft,
      })
      settle(answer.ok ? findingsOfReport(answer.value) : findingsOfFailure(answer.failure))
    },
    async save() {
      setWork('saving')
      const answer = await commands.saveDestination(form.draft)
      if (!answer.ok) return settle(findingsOfFailure(answer.failure))
      await session.refresh()
      setWork('none')
      onSaved(answer.value.destination, answer.value.notes)
    },
  }
}

function findingsOfReport(report: CheckReport): Findings {
  const failures = report.lines.flatMap((line) =>
    line.verdict === 'failed' && line.finding?.kind === 'failure' ? [line.finding.failure] : [],
  )
  const problems = failures.flatMap(problemsOf)
  return { report, problems, notes: report.notes, failure: null }
}

function findingsOfFailure(failure: Failure): Findings {
  const problems = problemsOf(failure)
  return { ...NO_FINDINGS, problems, failure: problems.length > 0 ? null : failure }
}

function problemsOf(failure: Failure): readonly FieldProblem[] {
  return failure.kind === 'form-invalid' ? failure.problems : []
}
