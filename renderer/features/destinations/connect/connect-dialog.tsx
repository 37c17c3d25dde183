import { useEffect, useRef } from 'react'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import {
  DestinationField,
  type DraftNote,
  type FieldProblem,
} from '../../../../electron/contract/destination-draft.ts'
import { ConfirmationPending } from '../../../app/host-status.tsx'
import { useServices } from '../../../app/services.tsx'
import { Button } from '../../../design/button.tsx'
import { Dialog } from '../../../design/dialog.tsx'
import { useToasts } from '../../../design/toasts.tsx'
import { FailureNotice } from '../../../failures/failure-details.tsx'
import { CheckList } from '../check/check-report.tsx'
import { SignInDialog } from '../credentials/sign-in-dialog.tsx'
import { resumedText, retryAfterConnection } from '../retry-uploads.ts'
import { ConnectFields } from './connect-fields.tsx'
import { noteText } from './field-text.ts'
import { placeOfDraft } from './form-draft.ts'
import { type ConnectForm, useConnectForm } from './use-connect-form.ts'

/**
 * Connects a bucket, or edits a connection, starting with the focus in `field`. Mounted only while
 * it is open, so it always starts with fresh state.
 */
export function ConnectDialog({
  editing,
  field,
  onClose,
}: {
  readonly editing: Destination | null
  readonly field: DestinationField | null
  readonly onClose: () => void
}) {
  const { queue } = useServices()
  const { say } = useToasts()
  const body = useRef<HTMLFormElement>(null)
  const onSaved = (destination: Destination, notes: readonly DraftNote[]) => {
    const goingOn = resumedText(retryAfterConnection(queue, destination))
    const detail = [...goingOn, ...notes.map(noteText)].join(' ')
    say(`${destination.name} is connected.`, detail || undefined)
    onClose()
  }
  const form = useConnectForm(editing, onSaved, (problems) => focusFirst(body.current, problems))
  const { findings, signIn } = form.state
  return (
    <Dialog
      isOpen
      isWide
      keepOpenOnPress
      onClose={onClose}
      initialFocus={() => firstInput(body.current, editing, field)}
      title={editing === null ? 'Connect a bucket' : `Edit ${editing.name}`}
      footer={<Buttons form={form} />}
    >
      <form
        id="connect-form"
        ref={body}
        noValidate
        className="connect-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (form.state.work === 'none') void form.save()
        }}
      >
        <ConnectFields form={form} editing={editing} />
      </form>
      <ConfirmationPending />
      {findings.failure !== null && (
        <FailureNotice
          failure={findings.failure}
          at={placeOfDraft(form.draft)}
          of={editing?.name ?? 'the connection'}
        />
      )}
      <ConnectCheck form={form} />
      {signIn !== null && (
        <SignInDialog
          source={signIn.source}
          onDone={() => form.endSignIn(true)}
          onClose={() => form.endSignIn(false)}
        />
      )}
    </Dialog>
  )
}

function Buttons({ form }: { readonly form: ConnectForm }) {
  const { run, work } = form.state
  const isChecking = run.phase === 'running'
  return (
    <>
      <Button disabled={isChecking || work !== 'none'} onClick={() => void form.check()}>
        {isChecking ? 'Checking…' : 'Check connection'}
      </Button>
      <Button tone="primary" type="submit" form="connect-form" disabled={work !== 'none'}>
        {work === 'saving' ? 'Saving…' : 'Save'}
      </Button>
    </>
  )
}

/** Focuses the first field with a problem, in the order of the form. */
function focusFirst(form: HTMLFormElement | null, problems: readonly FieldProblem[]): void {
  const inOrder = DestinationField.options.find((field) =>
    problems.some((problem) => problem.field === field),
  )
  if (inOrder !== undefined) inputOf(form, inOrder)?.focus()
}

/** A new connection starts at the paste box. */
function firstInput(
  form: HTMLFormElement | null,
  editing: Destination | null,
  field: DestinationField | null,
): HTMLElement | null {
  if (field !== null) return inputOf(form, field)
  return editing === null ? (form?.querySelector('textarea') ?? null) : null
}

function inputOf(form: HTMLFormElement | null, field: DestinationField): HTMLInputElement | null {
  return form?.querySelector<HTMLInputElement>(`input[name="${field}"]`) ?? null
}

/** The connection check of the form's contents. */
function ConnectCheck({ form }: { readonly form: ConnectForm }) {
  const { run, work } = form.state
  const box = useRef<HTMLDivElement>(null)
  const checkId = run.phase === 'none' ? null : run.checkId
  useEffect(() => {
    if (checkId !== null) box.current?.scrollIntoView({ block: 'start' })
  }, [checkId])
  if (run.phase === 'none') return null
  const report = run.phase === 'done' ? run.report : null
  return (
    <div ref={box}>
      <CheckList
        lines={run.phase === 'done' ? run.report.lines : run.lines}
        isRunning={run.phase === 'running' || work === 'fixing'}
        notes={report?.notes ?? []}
        prefix={form.draft.prefix}
        at={placeOfDraft(form.draft)}
        onFix={(fix) => void form.fix(fix)}
      />
    </div>
  )
}
