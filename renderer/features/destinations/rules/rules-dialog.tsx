import { useRef } from 'react'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type { StoreFeature } from '../../../../electron/contract/providers/provider.ts'
import {
  RULE_CONTROLS,
  RULE_GROUPS,
  type RuleControl,
  type RuleGroup as RuleGroupName,
} from '../../../../electron/contract/rules/control.ts'
import { RuleField as RuleFieldName } from '../../../../electron/contract/rules/upload-rules.ts'
import { useServices } from '../../../app/services.tsx'
import { Button } from '../../../design/button.tsx'
import { Dialog } from '../../../design/dialog.tsx'
import { useToasts } from '../../../design/toasts.tsx'
import { FailureNotice } from '../../../failures/failure-details.tsx'
import { resumedText, retryAfterRules } from '../retry-uploads.ts'
import { focusRule, RuleGroup } from './rule-controls.tsx'
import { RuleField } from './rule-field.tsx'
import { missingFeaturesText } from './rule-text.ts'
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
        {RULE_GROUPS.map((group) => (
          <RuleGroup
            key={group}
            title={GROUP_TITLES[group]}
            aside={missingFeaturesText(destination, featuresOf(group))}
          >
            {fieldsOf(group).map((field) => (
              <RuleField key={field} field={field} editor={rules} destination={destination} />
            ))}
          </RuleGroup>
        ))}
      </form>
      {rules.failure !== null && (
        <FailureNotice failure={rules.failure} at={destination} of={destination.name} />
      )}
    </Dialog>
  )
}

const GROUP_TITLES: Readonly<Record<RuleGroupName, string>> = {
  names: 'Names',
  intake: 'Allowed files',
  headers: 'Headers',
  storage: 'Storage',
  speed: 'Speed',
}

function fieldsOf(group: RuleGroupName): readonly RuleFieldName[] {
  return RuleFieldName.options.filter((field) => RULE_CONTROLS[field].group === group)
}

function featuresOf(group: RuleGroupName): readonly StoreFeature[] {
  const controls = fieldsOf(group).map((field): RuleControl => RULE_CONTROLS[field])
  return controls
    .flatMap((control) =>
      control.kind === 'encryption'
        ? Object.values(control.options).map(({ feature }) => feature)
        : [control.feature],
    )
    .filter((feature) => feature !== null)
}
