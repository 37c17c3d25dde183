import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type { RuleField, UploadRules } from '../../../../electron/contract/rules/upload-rules.ts'
import { TextField } from '../../../design/field.tsx'
import { SelectField } from '../../../design/select-field.tsx'
import { PairList, RuleCell, RuleGroup } from './rule-controls.tsx'
import { DISPOSITION_OPTIONS, missingFeatures, missingFeaturesText } from './rule-text.ts'
import type { RulesEditor } from './use-rules-form.ts'

type ListField = Extract<RuleField, 'contentTypes' | 'metadata' | 'tags'>

const LISTS = {
  contentTypes: {
    most: 50,
    words: {
      title: 'Types by extension',
      hint: 'Before Ferry looks at the file itself.',
      name: 'Extension',
      value: 'Type',
      namePlaceholder: 'md',
      valuePlaceholder: 'text/markdown; charset=utf-8',
      add: 'Add a type',
    },
  },
  metadata: {
    most: 20,
    words: {
      title: 'Metadata',
      hint: 'Stays with every file as x-amz-meta-….',
      name: 'Metadata name',
      value: 'Metadata value',
      namePlaceholder: 'project',
      valuePlaceholder: 'Harbour',
      add: 'Add metadata',
    },
  },
  tags: {
    most: 10,
    words: {
      title: 'Tags',
      hint: 'At most ten; the bucket’s own rules can go by them.',
      name: 'Tag name',
      value: 'Tag value',
      namePlaceholder: 'keep',
      valuePlaceholder: '30-days',
      add: 'Add a tag',
    },
  },
} as const satisfies Record<ListField, unknown>

/** What is stored with every file. */
export function HeadersGroup({
  edit,
  destination,
}: {
  readonly edit: RulesEditor
  readonly destination: Destination
}) {
  const { form, change, errorAt } = edit
  const lacked = missingFeatures(destination)
  const list = (field: ListField) => (
    <RuleCell field={field} isWide>
      <PairList
        {...LISTS[field]}
        pairs={form[field]}
        error={errorAt(field)}
        onChange={(pairs) => change({ [field]: pairs } as Pick<UploadRules, ListField>)}
      />
    </RuleCell>
  )
  return (
    <RuleGroup title="Headers" aside={missingFeaturesText(destination, ['metadata', 'tags'])}>
      {list('contentTypes')}
      <RuleCell field="cacheControl">
        <TextField
          label="Cache-Control"
          aside="optional"
          placeholder="public, max-age=31536000"
          maxLength={300}
          value={form.cacheControl}
          problem={errorAt('cacheControl')?.text}
          onChange={({ target }) => change({ cacheControl: target.value })}
        />
      </RuleCell>
      <RuleCell field="disposition">
        <SelectField
          label="When somebody opens it"
          value={form.disposition}
          options={DISPOSITION_OPTIONS}
          onChange={(disposition) => change({ disposition })}
        />
      </RuleCell>
      {(form.metadata.length > 0 || !lacked.includes('metadata')) && list('metadata')}
      {(form.tags.length > 0 || !lacked.includes('tags')) && list('tags')}
    </RuleGroup>
  )
}
