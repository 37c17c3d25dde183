import { describe, expect, it } from 'vitest'
import {
  RULE_CONTROLS,
  RULE_GROUPS,
  type RuleControl,
} from '../../../electron/contract/rules/control.ts'
import { RuleField, UploadRules } from '../../../electron/contract/rules/upload-rules.ts'

const accepts = (field: RuleField, value: unknown) =>
  UploadRules.shape[field].safeParse(value).success

const pairs = (count: number) => Array.from({ length: count }, () => ({ name: 'a', value: 'b' }))

/** Values at the limits of the control, and values just beyond them. */
function limitsOf(control: RuleControl): {
  readonly inside: readonly unknown[]
  readonly outside: readonly unknown[]
} {
  switch (control.kind) {
    case 'text':
    case 'template':
      return {
        inside: ['', 'x'.repeat(control.maxLength)],
        outside: ['x'.repeat(control.maxLength + 1)],
      }
    case 'amount':
      return {
        inside: [null, control.min, control.max],
        outside: [control.min - 1, control.max + 1],
      }
    case 'select':
    case 'radio':
      return { inside: control.options.map(({ value }) => value), outside: ['no option'] }
    case 'pairs':
      return { inside: [pairs(control.max)], outside: [pairs(control.max + 1)] }
    case 'encryption':
      return {
        inside: [
          { kind: 'bucket' },
          { kind: 's3' },
          { kind: 'kms', keyId: 'x'.repeat(control.keyMaxLength) },
        ],
        outside: [{ kind: 'kms', keyId: 'x'.repeat(control.keyMaxLength + 1) }],
      }
  }
}

describe('the control of a rule', () => {
  it.each(RuleField.options)('allows exactly what the schema of %s accepts', (field) => {
    const { inside, outside } = limitsOf(RULE_CONTROLS[field])

    expect(inside.filter((value) => !accepts(field, value))).toEqual([])
    expect(outside.filter((value) => accepts(field, value))).toEqual([])
  })

  it('offers every value of a choice', () => {
    const conflicts = RULE_CONTROLS.onConflict.options.map(({ value }) => value)

    expect(conflicts.toSorted()).toEqual(UploadRules.shape.onConflict.options.toSorted())
  })
})

it('follows the order of the form and of the rules in its table', () => {
  const groups = RuleField.options.map((field) => RULE_GROUPS.indexOf(RULE_CONTROLS[field].group))

  expect(Object.keys(RULE_CONTROLS)).toEqual(RuleField.options)
  expect(groups).toEqual(groups.toSorted())
})
