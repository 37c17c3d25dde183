import { type ClipboardEvent, useEffect, useEffectEvent, useReducer } from 'react'
import { flushSync } from 'react-dom'
import type { CheckFix } from '../../../../electron/contract/commands/checks.ts'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type { DraftNote, FieldProblem } from '../../../../electron/contract/destination-draft.ts'
import { unreachable } from '../../../../electron/lib/unreachable.ts'
import { useServices } from '../../../app/services.tsx'
import { useCheck } from '../check/use-check.ts'
import { type SecretInputs, useSecretInputs } from '../credentials/secret-inputs.ts'
import { parsePasted } from '../pasted/parse-pasted.ts'
import { isStructuredText, pasteNote } from '../pasted/paste-text.ts'
import type { Pasted } from '../pasted/pasted-fields.ts'
import { type OpenDraft, SECRET_FIELDS } from './form-draft.ts'
import {
  type AfterSignIn,
  type FormAction,
  type FormState,
  formReducer,
  initialFormState,
} from './form-reducer.ts'

export interface ConnectForm {
  readonly state: FormState
  readonly draft: OpenDraft
  readonly dispatch: (action: FormAction) => void
  readonly secretRefs: SecretInputs['refs']
  readonly paste: (text: string) => void
  /** For fields into which users paste more than the field's own value. */
  readonly pasteInto: (event: ClipboardEvent<HTMLInputElement>) => void
  readonly listBuckets: () => Promise<void>
  readonly listAccounts: () => Promise<void>
  readonly endSignIn: (isDone: boolean) => void
  readonly check: () => Promise<void>
  readonly fix: (fix: CheckFix) => Promise<void>
  readonly save: () => Promise<void>
}

/** `onProblems` is called after a check or save that found problems in fields. */
export function useConnectForm(
  editing: Destination | null,
  onSaved: (destination: Destination, notes: readonly DraftNote[]) => void,
  onProblems: (problems: readonly FieldProblem[]) => void,
): ConnectForm {
  const { commands, appState } = useServices()
  const secrets = useSecretInputs()
  const [state, dispatch] = useReducer(formReducer, editing, initialFormState)
  const { draft } = state.form
  const startCheck = useCheck(state.run, dispatch)

  const reportProblems = useEffectEvent(() => onProblems(state.findings.problems))
  useEffect(() => {
    if (state.problemAnswerCount > 0) reportProblems()
  }, [state.problemAnswerCount])

  /** Contains the secrets: pass it to a command, and never keep it. */
  const draftToSend = () => ({ ...draft, ...secrets.read() })
  const check = () => startCheck(draftToSend())
  const listBuckets = async () => {
    const requestId = crypto.randomUUID()
    dispatch({ type: 'buckets-requested', requestId })
    const answer = await commands.listBuckets({ draft: draftToSend() })
    dispatch({ type: 'buckets-answered', requestId, answer })
  }
  const listAccounts = async () => {
    const requestId = crypto.randomUUID()
    dispatch({ type: 'accounts-requested', requestId })
    const [startUrl, ssoRegion] = [draft.ssoStartUrl.trim(), draft.ssoRegion.trim()]
    const answer = await commands.listSsoAccounts({ startUrl, ssoRegion })
    dispatch({ type: 'accounts-answered', requestId, answer })
  }
  const afterSignIn: Record<AfterSignIn, () => Promise<void>> = {
    check,
    'list-buckets': listBuckets,
    'list-accounts': listAccounts,
  }
  const fillFrom = (pasted: Pasted) => {
    const { secretAccessKey, sessionToken, ...open } = pasted.fields
    const hasKeys = open.accessKeyId !== undefined || secretAccessKey !== undefined
    // The inputs for the secrets exist only once the form shows typed keys.
    flushSync(() =>
      dispatch({
        type: 'pasted',
        fields: hasKeys ? { credentialKind: 'keys', ...open } : open,
        secrets: SECRET_FIELDS.filter((field) => pasted.fields[field] !== undefined),
        note: pasteNote(pasted),
      }),
    )
    if (hasKeys) secrets.fill({ secretAccessKey, sessionToken })
    else if (sessionToken !== undefined) secrets.fill({ ...secrets.read(), sessionToken })
  }

  return {
    state,
    draft,
    dispatch,
    secretRefs: secrets.refs,
    paste(text) {
      const pasted = parsePasted(text)
      if (pasted === null) dispatch({ type: 'paste-not-understood' })
      else fillFrom(pasted)
    },
    pasteInto(event) {
      const text = event.clipboardData.getData('text')
      const pasted = isStructuredText(text) ? parsePasted(text) : null
      if (pasted === null) return
      event.preventDefault()
      fillFrom(pasted)
    },
    listBuckets,
    listAccounts,
    endSignIn(isDone) {
      dispatch({ type: 'sign-in-closed' })
      if (isDone && state.signIn !== null) void afterSignIn[state.signIn.next]()
    },
    check,
    async fix(fix) {
      switch (fix.kind) {
        case 'use-region':
          return dispatch({ type: 'region-chosen', region: fix.region })
        case 'sign-in':
          return dispatch({ type: 'sign-in-opened', next: 'check' })
        case 'set-cors':
        case 'add-unfinished-rule': {
          dispatch({ type: 'fix-started' })
          const answer = await commands.applyFix({ draft: draftToSend(), fix })
          if (!answer.ok) return dispatch({ type: 'work-failed', failure: answer.failure })
          dispatch({ type: 'fix-applied' })
          return check()
        }
        default:
          return unreachable(fix)
      }
    },
    async save() {
      dispatch({ type: 'save-started' })
      const answer = await commands.saveDestination(draftToSend())
      if (!answer.ok) return dispatch({ type: 'work-failed', failure: answer.failure })
      secrets.clear()
      await appState.refresh()
      dispatch({ type: 'saved' })
      onSaved(answer.value.destination, answer.value.notes)
    },
  }
}
