import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import { type AmountControl, RULE_CONTROLS } from '../../../../electron/contract/rules/control.ts'
import { RuleField, type UploadRules } from '../../../../electron/contract/rules/upload-rules.ts'
import { formatBytes, formatCount, formatSpeed } from '../../../design/format.ts'
import {
  type Amount,
  type AmountUnit,
  amountOf,
  binaryText,
  bytesOf,
  FILE_UNITS,
  PART_UNITS,
  SPEED_UNITS,
} from './amount.ts'

type AmountField = {
  [F in RuleField]: (typeof RULE_CONTROLS)[F] extends AmountControl ? F : never
}[RuleField]

type PairsField = {
  [F in RuleField]: (typeof RULE_CONTROLS)[F]['kind'] extends 'pairs' ? F : never
}[RuleField]

/** The rules in the form: amounts as typed, all others as their values. */
export type RulesForm = Omit<UploadRules, AmountField> & Readonly<Record<AmountField, Amount>>

export type Pair = UploadRules['metadata'][number]

export interface RuleFieldError {
  readonly field: RuleField
  readonly text: string
  /** In a list: the name or value of the wrong row; empty: the whole field. */
  readonly what: string
}

const AMOUNT_FIELDS = RuleField.options.filter(
  (field): field is AmountField => RULE_CONTROLS[field].kind === 'amount',
)

const PAIRS_FIELDS = RuleField.options.filter(
  (field): field is PairsField => RULE_CONTROLS[field].kind === 'pairs',
)

interface AmountUnits {
  readonly all: readonly AmountUnit[]
  readonly usual: AmountUnit
}

export const AMOUNT_UNITS: Readonly<Record<AmountControl['unit'], AmountUnits>> = {
  file: { all: FILE_UNITS, usual: 'GB' },
  part: { all: PART_UNITS, usual: 'MiB' },
  speed: { all: SPEED_UNITS, usual: 'MB/s' },
}

export function formOfRules(rules: UploadRules): RulesForm {
  const amounts = AMOUNT_FIELDS.map((field) => {
    const { all, usual } = AMOUNT_UNITS[RULE_CONTROLS[field].unit]
    return [field, amountOf(rules[field], all, usual)] as const
  })
  return { ...rules, ...(Object.fromEntries(amounts) as Record<AmountField, Amount>) }
}

type RulesFormResult =
  | { readonly ok: true; readonly rules: UploadRules }
  | { readonly ok: false; readonly errors: readonly RuleFieldError[] }

/** Finds amounts that are not numbers or out of bounds before the host is asked. */
export function readRulesForm(form: RulesForm): RulesFormResult {
  const errors: RuleFieldError[] = []
  const amounts = AMOUNT_FIELDS.map((field) => {
    const typed = bytesOf(form[field])
    const { min, max } = RULE_CONTROLS[field]
    if (typed.kind === 'none') return [field, null] as const
    if (typed.kind === 'bytes' && typed.bytes >= min && typed.bytes <= max) {
      return [field, typed.bytes] as const
    }
    const bounds = boundsText(RULE_CONTROLS[field])
    const text = typed.kind === 'unreadable' ? `Enter a number. ${bounds}` : bounds
    errors.push({ field, text, what: '' })
    return [field, null] as const
  })
  if (errors.length > 0) return { ok: false, errors }
  const pairs = PAIRS_FIELDS.map((field) => [field, nonEmptyPairs(form[field])] as const)
  const rules: UploadRules = {
    ...form,
    ...(Object.fromEntries(amounts) as Record<AmountField, number | null>),
    ...(Object.fromEntries(pairs) as Record<PairsField, Pair[]>),
  }
  return { ok: true, rules }
}

function boundsText({ unit, min, max }: AmountControl): string {
  switch (unit) {
    case 'file':
      return `It can be from ${formatCount(min, 'byte', 'bytes')} to ${formatBytes(max)}.`
    case 'part':
      return `S3 accepts parts from ${binaryText(min)} to ${binaryText(max)}.`
    case 'speed':
      return `It can be ${formatSpeed(min)} (${binaryText(min)} a second) or more.`
  }
}

function nonEmptyPairs(pairs: readonly Pair[]): Pair[] {
  return pairs.filter(({ name, value }) => name.trim() !== '' || value.trim() !== '')
}

/** Warns if the store may not do what was chosen for name conflicts. */
export function conflictWarning(
  { onConflict }: Pick<RulesForm, 'onConflict'>,
  findings: Destination['findings'],
): string | null {
  if (findings === null) return null
  if (onConflict === 'replace') {
    return findings.versioning === 'off'
      ? 'The bucket keeps no earlier versions: a replaced file is gone.'
      : null
  }
  const honours = [findings.conditionalPut, findings.conditionalComplete]
  return honours.some((honour) => honour === 'ignored' || honour === 'refused')
    ? 'This store cannot refuse to overwrite a file. Ferry checks before it writes; a file that someone else uploads at the same moment could still be overwritten.'
    : null
}

export function aclWarning({ acl }: Pick<RulesForm, 'acl'>): string | null {
  return acl === 'public-read' || acl === 'public-read-write'
    ? 'Anyone on the internet can then open these files without a link.'
    : null
}
