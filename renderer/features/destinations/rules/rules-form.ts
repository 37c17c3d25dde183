import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import { S3_LIMITS } from '../../../../electron/contract/limits.ts'
import {
  LEAST_BYTES_PER_SECOND,
  type RuleField,
  type UploadRules,
} from '../../../../electron/contract/rules/upload-rules.ts'
import { formatBytes, formatSpeed } from '../../../design/format.ts'
import {
  type Amount,
  amountOf,
  binaryText,
  bytesOf,
  FILE_UNITS,
  PART_UNITS,
  SPEED_UNITS,
} from './amount.ts'

/** The rules in the form: amounts as typed, all others as their values. */
export type RulesForm = Omit<UploadRules, 'maxFileBytes' | 'partBytes' | 'bytesPerSecond'> & {
  readonly maxFileBytes: Amount
  readonly partBytes: Amount
  readonly bytesPerSecond: Amount
}

export type Pair = UploadRules['metadata'][number]

export interface RuleFieldError {
  readonly field: RuleField
  readonly text: string
  /** In a list: the name or value of the wrong row; empty: the whole field. */
  readonly what: string
}

export function formOfRules(rules: UploadRules): RulesForm {
  return {
    ...rules,
    maxFileBytes: amountOf(rules.maxFileBytes, FILE_UNITS, 'GB'),
    partBytes: amountOf(rules.partBytes, PART_UNITS, 'MiB'),
    bytesPerSecond: amountOf(rules.bytesPerSecond, SPEED_UNITS, 'MB/s'),
  }
}

type RulesFormResult =
  | { readonly ok: true; readonly rules: UploadRules }
  | { readonly ok: false; readonly errors: readonly RuleFieldError[] }

/** Finds amounts that are not numbers or out of bounds before the host is asked. */
export function readRulesForm(form: RulesForm): RulesFormResult {
  const errors: RuleFieldError[] = []
  const read = (field: keyof typeof BOUNDS) => {
    const typed = bytesOf(form[field])
    const { least, most, words } = BOUNDS[field]
    if (typed.kind === 'none') return null
    if (typed.kind === 'bytes' && typed.bytes >= least && typed.bytes <= most) return typed.bytes
    const text = typed.kind === 'unreadable' ? `Enter a number. ${words}` : words
    errors.push({ field, text, what: '' })
    return null
  }
  const rules: UploadRules = {
    ...form,
    maxFileBytes: read('maxFileBytes'),
    partBytes: read('partBytes'),
    bytesPerSecond: read('bytesPerSecond'),
    contentTypes: nonEmptyPairs(form.contentTypes),
    metadata: nonEmptyPairs(form.metadata),
    tags: nonEmptyPairs(form.tags),
  }
  return errors.length === 0 ? { ok: true, rules } : { ok: false, errors }
}

const BOUNDS = {
  maxFileBytes: {
    least: 1,
    most: S3_LIMITS.maxObjectBytes,
    words: `It can be from 1 byte to ${formatBytes(S3_LIMITS.maxObjectBytes)}.`,
  },
  partBytes: {
    least: S3_LIMITS.minPartBytes,
    most: S3_LIMITS.maxPartBytes,
    words: `S3 takes parts from ${binaryText(S3_LIMITS.minPartBytes)} to ${binaryText(S3_LIMITS.maxPartBytes)}.`,
  },
  bytesPerSecond: {
    least: LEAST_BYTES_PER_SECOND,
    most: Number.MAX_SAFE_INTEGER,
    words: `It can be ${formatSpeed(LEAST_BYTES_PER_SECOND)} (${binaryText(LEAST_BYTES_PER_SECOND)} a second) or more.`,
  },
} as const

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
