import './policies-dialog.css'
import { Tabs } from '@base-ui/react/tabs'
import { Check, Copy } from 'lucide-react'
import { type RefObject, useId, useRef, useState } from 'react'
import { POLICY_WANTS, type PolicyWant } from '../../../../electron/contract/bucket-policies.ts'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import { useAppState } from '../../../app/services.tsx'
import { Button } from '../../../design/button.tsx'
import { Dialog } from '../../../design/dialog.tsx'
import { CheckboxField, RadioField, TextField } from '../../../design/field.tsx'
import {
  POLICY_TITLES,
  type PolicyKind,
  type PolicyWishes,
  policyTextOf,
  USUAL_WANTS,
  WANT_TEXTS,
  withWant,
} from './policy-text.ts'

const KINDS: readonly PolicyKind[] = ['iam', 'bucket', 'cors']

/** The policies that the bucket's owner needs, ready to copy. Mounted only while it is open. */
export function PoliciesDialog({
  destination,
  onClose,
}: {
  readonly destination: Destination
  readonly onClose: () => void
}) {
  const [wishes, setWishes] = useState<PolicyWishes>({
    wants: USUAL_WANTS,
    principal: '',
    corsFormat: 'json',
  })
  const [kind, setKind] = useState<PolicyKind>('iam')
  const change = (changes: Partial<PolicyWishes>) => setWishes({ ...wishes, ...changes })
  return (
    <Dialog
      isOpen
      isWide
      onClose={onClose}
      title={`Policies for ${destination.name}`}
      description={`The least permissions that Ferry needs in the bucket ${destination.bucket}. Written for Amazon S3; other stores understand all or part of it, or set the permissions of each key in their console.`}
      footer={
        <Button tone="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <Tabs.Root value={kind} onValueChange={(value: PolicyKind) => setKind(value)}>
        <Tabs.List className="policy-tabs" aria-label="Kinds of policies">
          {KINDS.map((each) => (
            <Tabs.Tab key={each} value={each} className="policy-tab">
              {POLICY_TITLES[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {KINDS.map((each) => (
          <Tabs.Panel key={each} value={each} className="policy-panel">
            <Panel kind={each} destination={destination} wishes={wishes} onChange={change} />
          </Tabs.Panel>
        ))}
      </Tabs.Root>
    </Dialog>
  )
}

interface PanelProps {
  readonly kind: PolicyKind
  readonly destination: Destination
  readonly wishes: PolicyWishes
  readonly onChange: (changes: Partial<PolicyWishes>) => void
}

function Panel({ kind, destination, wishes, onChange }: PanelProps) {
  const { host } = useAppState()
  const shown = useRef<HTMLTextAreaElement>(null)
  const { text, isExample } = policyTextOf(kind, destination, wishes, host.corsOrigin)
  return (
    <>
      {kind === 'cors' ? (
        <CorsChoice wishes={wishes} onChange={onChange} />
      ) : (
        <Wants wants={wishes.wants} onChange={(wants) => onChange({ wants })} />
      )}
      {kind === 'bucket' && (
        <TextField
          label="Who"
          aside="a user, role or account"
          placeholder="arn:aws:iam::111122223333:user/ada"
          hint="Until you enter one, the text below contains an example."
          problem={
            isExample && wishes.principal.trim() !== ''
              ? 'Enter an ARN such as arn:aws:iam::111122223333:user/ada. “*” would let everyone in.'
              : undefined
          }
          value={wishes.principal}
          onChange={({ target }) => onChange({ principal: target.value })}
        />
      )}
      {text === null ? (
        <p className="policy-none">Choose what the keys are for.</p>
      ) : (
        <>
          <textarea
            ref={shown}
            readOnly
            spellCheck={false}
            className="field-input policy-rule mono"
            aria-label={POLICY_TITLES[kind]}
            value={text}
          />
          {!isExample && <CopyText text={text} shown={shown} />}
        </>
      )}
    </>
  )
}

function Wants({
  wants,
  onChange,
}: {
  readonly wants: readonly PolicyWant[]
  readonly onChange: (wants: readonly PolicyWant[]) => void
}) {
  return (
    <fieldset className="policy-wants">
      <legend className="field-label">What the keys are for</legend>
      {POLICY_WANTS.map((want) => (
        <CheckboxField
          key={want}
          {...WANT_TEXTS[want]}
          checked={wants.includes(want)}
          onChange={({ target }) => onChange(withWant(wants, want, target.checked))}
        />
      ))}
    </fieldset>
  )
}

function CorsChoice({ wishes, onChange }: Pick<PanelProps, 'wishes' | 'onChange'>) {
  const { host } = useAppState()
  const name = useId()
  return (
    <>
      <p>
        {host.host === 'desktop'
          ? 'Ferry’s desktop app needs no CORS rule. In a browser, this one lets its window upload.'
          : 'Lets this window upload. Anyone else would still need a request signed with your keys.'}
      </p>
      <fieldset className="policy-formats">
        <legend className="visually-hidden">Format</legend>
        <RadioField
          name={name}
          label="JSON, for Amazon’s console"
          checked={wishes.corsFormat === 'json'}
          onChange={() => onChange({ corsFormat: 'json' })}
        />
        <RadioField
          name={name}
          label="XML, for other tools"
          checked={wishes.corsFormat === 'xml'}
          onChange={() => onChange({ corsFormat: 'xml' })}
        />
      </fieldset>
    </>
  )
}

type CopyResult = 'nothing' | 'copied' | 'refused'

/** Copies `text`; if the browser refuses, selects it in `shown` for the user to copy. */
function CopyText({
  text,
  shown,
}: {
  readonly text: string
  readonly shown: RefObject<HTMLTextAreaElement | null>
}) {
  const [last, setLast] = useState<{ readonly text: string; readonly result: CopyResult } | null>(
    null,
  )
  const result = last?.text === text ? last.result : 'nothing'
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setLast({ text, result: 'copied' })
    } catch {
      // The browser refused: no permission, or the window is in the background.
      shown.current?.select()
      setLast({ text, result: 'refused' })
    }
  }
  const Icon = result === 'copied' ? Check : Copy
  return (
    <div className="copy-text">
      <Button tone="soft" onClick={() => void copy()}>
        <Icon size={15} aria-hidden="true" />
        {result === 'copied' ? 'Copied' : 'Copy'}
      </Button>
      <span role="status" className={result === 'copied' ? 'visually-hidden' : 'field-hint'}>
        {COPY_TEXTS[result]}
      </span>
    </div>
  )
}

const COPY_TEXTS: Record<CopyResult, string> = {
  nothing: '',
  copied: 'Copied to the clipboard',
  refused: 'The browser did not let Ferry copy. The text is selected: copy it with the keyboard.',
}
