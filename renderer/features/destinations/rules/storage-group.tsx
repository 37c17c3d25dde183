import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import { providerOf } from '../../../../electron/contract/providers/lookup.ts'
import type { Encryption } from '../../../../electron/contract/rules/upload-rules.ts'
import { ComboboxField } from '../../../design/combobox-field.tsx'
import { TextField } from '../../../design/field.tsx'
import { SelectField } from '../../../design/select-field.tsx'
import { RuleCell, RuleGroup } from './rule-controls.tsx'
import {
  ACL_OPTIONS,
  ENCRYPTION_OPTIONS,
  missingFeatures,
  missingFeaturesText,
} from './rule-text.ts'
import type { RulesEditor } from './use-rules-form.ts'

interface StorageProps {
  readonly edit: RulesEditor
  readonly destination: Destination
}

/** How the store keeps files. What it is known to be without is left out, unless it is set. */
export function StorageGroup({ edit, destination }: StorageProps) {
  const { form, change } = edit
  const lacked = missingFeatures(destination)
  const isPublic = form.acl === 'public-read' || form.acl === 'public-read-write'
  return (
    <RuleGroup
      title="Storage"
      aside={missingFeaturesText(destination, ['storage-class', 'sse-s3', 'sse-kms', 'acl'])}
    >
      {(form.storageClass !== '' || !lacked.includes('storage-class')) && (
        <RuleCell field="storageClass">
          <StorageClass edit={edit} destination={destination} />
        </RuleCell>
      )}
      <EncryptionFields edit={edit} destination={destination} />
      {(form.acl !== null || !lacked.includes('acl')) && (
        <RuleCell field="acl">
          <SelectField
            label="ACL"
            value={form.acl ?? 'none'}
            options={ACL_OPTIONS}
            onChange={(acl) => change({ acl: acl === 'none' ? null : acl })}
          />
          <p className="rule-warning" role="status">
            {isPublic && 'Anyone on the internet can then open these files without a link.'}
          </p>
        </RuleCell>
      )}
    </RuleGroup>
  )
}

function StorageClass({ edit: { form, change, errorAt }, destination }: StorageProps) {
  const { storageClasses } = providerOf(destination.provider)
  const common = {
    label: 'Storage class',
    placeholder: 'As the bucket does',
    problem: errorAt('storageClass')?.text,
    value: form.storageClass,
  }
  const set = (storageClass: string) => change({ storageClass })
  return storageClasses.length === 0 ? (
    <TextField {...common} maxLength={60} onChange={({ target }) => set(target.value)} />
  ) : (
    <ComboboxField
      {...common}
      name="storageClass"
      listLabel="Show storage classes"
      suggestions={storageClasses.map((value) => ({ value }))}
      onType={set}
      onPick={set}
    />
  )
}

function EncryptionFields({ edit: { form, change, errorAt }, destination }: StorageProps) {
  const lacked = missingFeatures(destination)
  const { encryption } = form
  const options = ENCRYPTION_OPTIONS.filter(
    ({ value }) =>
      value === encryption.kind || value === 'bucket' || !lacked.includes(`sse-${value}`),
  )
  if (options.length === 1) return null
  return (
    <RuleCell field="encryption">
      <SelectField
        label="Encryption"
        value={encryption.kind}
        options={options}
        onChange={(kind) => change({ encryption: ofKind(kind) })}
      />
      {encryption.kind === 'kms' && (
        <TextField
          label="Key"
          aside="optional"
          placeholder="the account’s own for S3"
          hint="Its ID, ARN or alias."
          maxLength={2048}
          value={encryption.keyId}
          problem={errorAt('encryption')?.text}
          onChange={({ target }) => change({ encryption: { kind: 'kms', keyId: target.value } })}
        />
      )}
    </RuleCell>
  )
}

function ofKind(kind: Encryption['kind']): Encryption {
  return kind === 'kms' ? { kind, keyId: '' } : { kind }
}
