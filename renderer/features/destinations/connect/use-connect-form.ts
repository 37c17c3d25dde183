import { useState } from 'react'
import type { CheckFix } from '../../../../electron/contract/commands/checks.ts'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type { CommandOutput } from '../../../../electron/contract/commands.ts'
import type {
  DestinationDraft,
  DraftNote,
} from '../../../../electron/contract/destination-draft.ts'
import type { FieldProblem } from '../../../../electron/contract/failure/kinds.ts'
import { unreachable } from '../../../../electron/lib/unreachable.ts'
import { useServices } from '../../../app/services.tsx'
import { type CheckRun, useCheck } from '../check/use-check.ts'
import { type RemoteData, useRemoteData } from '../remote-data.ts'
import type { OpenDraft } from './form-draft.ts'
import {
  type FormFindings,
  findingsAfterChange,
  findingsOfFailure,
  findingsOfReport,
  NO_FINDINGS,
} from './form-findings.ts'
import { type FormContents, useFormContents } from './use-form-contents.ts'
import { type FormSignIn, useFormSignIn } from './use-form-sign-in.ts'

type Work = 'none' | 'saving' | 'fixing'

export interface ConnectForm
  extends Omit<FormContents, 'form' | 'draftToSend' | 'clearSecrets' | 'change'>,
    FormFindings,
    FormSignIn {
  readonly draft: OpenDraft
  readonly work: Work
  readonly run: CheckRun
  readonly buckets: RemoteData<CommandOutput<'listBuckets'>>
  readonly listBuckets: () => void
  readonly check: () => Promise<void>
  readonly fix: (fix: CheckFix) => Promise<void>
  readonly save: () => Promise<void>
}

/** Which a list of buckets, or a check, says nothing about. */
const BESIDE_THE_STORE: ReadonlySet<keyof DestinationDraft> = new Set([
  'name',
  'bucket',
  'prefix',
  'keepSecret',
])

/** `onProblems` is called after a check or save that found fault with fields. */
export function useConnectForm(
  editing: Destination | null,
  onSaved: (destination: Destination, notes: readonly DraftNote[]) => void,
  onProblems: (problems: readonly FieldProblem[]) => void,
): ConnectForm {
  const { commands, appState } = useServices()
  const [work, setWork] = useState<Work>('none')
  const [findings, setFindings] = useState<FormFindings>(NO_FINDINGS)
  const { run, ...checking } = useCheck()
  const buckets = useRemoteData<CommandOutput<'listBuckets'>>()

  const { form, draftToSend, clearSecrets, change, ...contents } = useFormContents(
    editing,
    (fields) => {
      // What was said of other contents would mislead.
      setFindings((before) => findingsAfterChange(before, (field) => fields.has(field)))
      checking.drop()
      signIn.noteChange(fields)
      if ([...fields].some((field) => !BESIDE_THE_STORE.has(field))) buckets.reset()
    },
  )
  const settle = (next: FormFindings) => {
    setWork('none')
    setFindings(next)
    if (next.problems.length > 0) onProblems(next.problems)
  }
  const check = async () => {
    setFindings(NO_FINDINGS)
    const answer = await checking.start(draftToSend())
    if (answer === null) return
    settle(answer.ok ? findingsOfReport(answer.value) : findingsOfFailure(answer.failure))
  }
  const listBuckets = () => void buckets.load(() => commands.listBuckets({ draft: draftToSend() }))
  const signIn = useFormSignIn(form, change, { check: () => void check(), listBuckets })

  return {
    ...contents,
    ...findings,
    ...signIn,
    draft: form.draft,
    work,
    run,
    buckets: buckets.data,
    listBuckets,
    check,
    async fix(fix) {
      switch (fix.kind) {
        case 'use-region':
          return contents.chooseRegion(fix.region)
        case 'sign-in':
          return signIn.signInToCheck()
        case 'set-cors':
        case 'add-unfinished-rule': {
          setWork('fixing')
          const answer = await commands.applyFix({ draft: draftToSend(), fix })
          if (!answer.ok) return settle(findingsOfFailure(answer.failure))
          setWork('none')
          return check()
        }
        default:
          return unreachable(fix)
      }
    },
    async save() {
      setWork('saving')
      checking.drop()
      const answer = await commands.saveDestination(draftToSend())
      if (!answer.ok) return settle(findingsOfFailure(answer.failure))
      clearSecrets()
      await appState.refresh()
      setWork('none')
      onSaved(answer.value.destination, answer.value.notes)
    },
  }
}
