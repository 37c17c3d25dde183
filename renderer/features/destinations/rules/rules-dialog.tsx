import { useRef } from 'react'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import { useServices } from '../../../app/services.tsx'
import { Button } from '../../../design/button.tsx'
import { Dialog } from '../../../design/dialog.tsx'
import { useToasts } from '../../../design/toasts.tsx'
import { FailureNotice } from '../../../failures/failure-details.tsx'
import { resumedText, retryAfterRules } from '../retry-uploads.ts'
import { HeadersGroup } from './headers-group.tsx'
import { IntakeGroup, SpeedGroup } from './limit-groups.tsx'
import { NamesGroup } from './names-group.tsx'
import { focusRule } from './rule-controls.tsx'
import { StorageGroup } from './storage-group.tsx'
import { useRulesForm } from './use-rules-form.ts'

/** Edits how a destination's files are uploaded. Mounted only while it is open. */
export function RulesDialog({
  destination,
  onClose,
}: {
  readonly destination: Destination
  readonly onClose: () => void
}) {
  const { queue } = useServices()
  const { say } = useToasts()
  const body = useRef<HTMLFormElement>(null)
  const rules = useRulesForm(
    destination,
    () => {
      const goingOn = resumedText(retryAfterRules(queue, destination))
      const detail = ['They apply to uploads that have not started.', ...goingOn].join(' ')
      say(`The rules of ${destination.name} are saved.`, detail)
      onClose()
    },
    (errors) =>
      focusRule(
        body.current,
        errors.map(({ field }) => field),
      ),
  )
  return (
    <Dialog
      isOpen
      isWide
      keepOpenOnPress
      onClose={onClose}
      title={`Rules of ${destination.name}`}
      description="They apply to uploads that have not started."
      footer={
        <>
          <Button tone="ghost" className="rules-reset" onClick={rules.reset}>
            Reset to defaults
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" type="submit" form="rules-form" disabled={rules.isSaving}>
            {rules.isSaving ? 'Saving…' : 'Save'}
          </Button>
        </>
      }
    >
      <form
        id="rules-form"
        ref={body}
        noValidate
        className="rules-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (!rules.isSaving) void rules.save()
        }}
      >
        <NamesGroup edit={rules} destination={destination} />
        <IntakeGroup edit={rules} />
        <HeadersGroup edit={rules} destination={destination} />
        <StorageGroup edit={rules} destination={destination} />
        <SpeedGroup edit={rules} />
      </form>
      {rules.failure !== null && (
        <FailureNotice failure={rules.failure} at={destination} of={destination.name} />
      )}
    </Dialog>
  )
}
