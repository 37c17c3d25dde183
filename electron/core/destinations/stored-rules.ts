import { DEFAULT_RULES, RuleField, UploadRules } from '../../contract/rules/upload-rules.ts'
import { isFields, type JsonFields, readFields } from '../../lib/read-fields.ts'
import type { Json } from '../ports.ts'
import { judgedRules } from './clean-rules.ts'

type Pair = UploadRules['tags'][number]

const LISTS = ['contentTypes', 'metadata', 'tags'] as const satisfies readonly RuleField[]

export interface RulesRead {
  readonly rules: UploadRules
  /** The stored form of rules that could not be read in whole, and of rules of a newer Ferry. */
  readonly aside: JsonFields
}

/**
 * Reads stored rules one by one, each with its own default. A value that the rules form would
 * refuse counts as unreadable too: a newer Ferry's token in a template, or a line break where a
 * header goes.
 */
export function readRules(stored: JsonFields): RulesRead {
  const read = readFields(UploadRules.shape, DEFAULT_RULES, stored)
  const fit = withoutUnfitPairs(read.value)
  const refused = refusedIn(fit)
  const defaults = Object.fromEntries([...refused].map((field) => [field, DEFAULT_RULES[field]]))
  const { rules } = judgedRules({ ...fit, ...defaults })
  const unread = RuleField.options.flatMap((field) => {
    const isWhole = !refused.has(field) && fit[field] === read.value[field]
    const raw = stored[field]
    return isWhole || raw === undefined ? [] : [[field, raw] as const]
  })
  return { rules, aside: { ...read.aside, ...Object.fromEntries(unread) } }
}

/** `whole`: rules that are no set of fields at all, under their name; absent ones are the defaults. */
export function readStoredRules(stored: Json | undefined): RulesRead & { whole: JsonFields } {
  if (isFields(stored)) return { ...readRules(stored), whole: {} }
  return { rules: DEFAULT_RULES, aside: {}, whole: stored === undefined ? {} : { rules: stored } }
}

/** One pair that cannot be sent, or is there twice, must not cost the others. */
function withoutUnfitPairs(rules: UploadRules): UploadRules {
  const fit = LISTS.flatMap((field) => {
    const pairs = fitPairs(field, rules[field])
    return pairs.length === rules[field].length ? [] : [[field, pairs] as const]
  })
  return { ...rules, ...Object.fromEntries(fit) }
}

/** The first of those that do not go together stays. */
function fitPairs(field: (typeof LISTS)[number], pairs: readonly Pair[]): Pair[] {
  const fit: Pair[] = []
  for (const pair of pairs) {
    fit.push(pair)
    if (refusedIn({ ...DEFAULT_RULES, [field]: fit }).size > 0) fit.pop()
  }
  return fit
}

function refusedIn(rules: UploadRules): ReadonlySet<RuleField> {
  return new Set(judgedRules(rules).problems.map(({ field }) => field))
}

/** Rules whose stored value could not be read in whole: a default or a part of it counts. */
export function unreadRulesIn(aside: JsonFields): RuleField[] {
  return RuleField.options.filter((field) => Object.hasOwn(aside, field))
}

/** Names of rules that this Ferry does not know. */
export function unknownRulesIn(aside: JsonFields): string[] {
  return Object.keys(aside).filter((name) => !Object.hasOwn(DEFAULT_RULES, name))
}

/** What stays aside of the rules once the user has saved them all. */
export function unknownRules(aside: JsonFields): JsonFields {
  const unknown = new Set(unknownRulesIn(aside))
  return Object.fromEntries(Object.entries(aside).filter(([name]) => unknown.has(name)))
}
