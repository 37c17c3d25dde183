import { MAX_CONNECTIONS_PER_HOST } from '../../../../electron/contract/limits.ts'
import { TextField } from '../../../design/field.tsx'
import { SelectField, type SelectOption } from '../../../design/select-field.tsx'
import { FILE_UNITS, PART_UNITS, SPEED_UNITS } from './amount.ts'
import { AmountField, RuleCell, RuleGroup } from './rule-controls.tsx'
import { SYSTEM_FILES_OPTIONS } from './rule-text.ts'
import type { RulesEditor } from './use-rules-form.ts'

/** Which files are taken at all. */
export function IntakeGroup({ edit }: { readonly edit: RulesEditor }) {
  const { form, change, errorAt } = edit
  return (
    <RuleGroup title="What may come in">
      <RuleCell field="allowedTypes">
        <TextField
          label="Allowed types"
          placeholder="all"
          hint="Types and extensions: image/*, .pdf"
          maxLength={2000}
          value={form.allowedTypes}
          problem={errorAt('allowedTypes')?.text}
          onChange={({ target }) => change({ allowedTypes: target.value })}
        />
      </RuleCell>
      <RuleCell field="maxFileBytes">
        <AmountField
          label="Largest file"
          placeholder="what the store takes"
          units={FILE_UNITS}
          value={form.maxFileBytes}
          problem={errorAt('maxFileBytes')?.text}
          onChange={(maxFileBytes) => change({ maxFileBytes })}
        />
      </RuleCell>
      <RuleCell field="systemFiles">
        <SelectField
          label="System files in folders"
          value={form.systemFiles}
          options={SYSTEM_FILES_OPTIONS}
          onChange={(systemFiles) => change({ systemFiles })}
        />
      </RuleCell>
    </RuleGroup>
  )
}

const PARALLEL: readonly SelectOption<string>[] = [
  { value: 'auto', label: 'Automatic' },
  ...Array.from({ length: MAX_CONNECTIONS_PER_HOST }, (_, index) => {
    return { value: String(index + 1), label: String(index + 1) }
  }),
]

export function SpeedGroup({ edit }: { readonly edit: RulesEditor }) {
  const { form, change, errorAt } = edit
  return (
    <RuleGroup title="Speed">
      <RuleCell field="partBytes">
        <AmountField
          label="Part size"
          placeholder="Automatic"
          hint="Larger where a file would have too many parts."
          units={PART_UNITS}
          value={form.partBytes}
          problem={errorAt('partBytes')?.text}
          onChange={(partBytes) => change({ partBytes })}
        />
      </RuleCell>
      <RuleCell field="parallel">
        <SelectField
          label="Requests at once"
          value={form.parallel === null ? 'auto' : String(form.parallel)}
          options={PARALLEL}
          onChange={(value) => change({ parallel: value === 'auto' ? null : Number(value) })}
        />
      </RuleCell>
      <RuleCell field="bytesPerSecond">
        <AmountField
          label="Speed limit"
          placeholder="none"
          hint="Shared by all uploads to this destination."
          units={SPEED_UNITS}
          value={form.bytesPerSecond}
          problem={errorAt('bytesPerSecond')?.text}
          onChange={(bytesPerSecond) => change({ bytesPerSecond })}
        />
      </RuleCell>
    </RuleGroup>
  )
}
