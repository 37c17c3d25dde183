import type { Destination } from '../../contract/commands/destinations.ts'
import type { CommandInput } from '../../contract/commands.ts'
import { failed, type Outcome } from '../../contract/outcome.ts'
import { templateProblems } from '../../contract/rules/key-template.ts'
import {
  DEFAULT_RULES,
  RuleField,
  type RuleProblem,
  UploadRules,
} from '../../contract/rules/upload-rules.ts'
import { isFields, type JsonFields, readFields } from '../../lib/read-fields.ts'
import type { Json } from '../ports.ts'
import { TOKEN_METADATA } from '../s3/head-object.ts'
import { acceptTokens, isMediaType } from '../uploads/rules/admission.ts'
import type { Destinations } from './destinations.ts'

/** They count for uploads that have not begun. Fails with `rules-invalid`. */
export function saveRules(
  destinations: Destinations,
  { destinationId, rules: typed }: CommandInput<'saveRules'>,
): Outcome<Destination> {
  const { rules, problems } = judgeRules(typed)
  if (problems.length > 0) return failed({ kind: 'rules-invalid', problems })
  return destinations.change(destinationId, { rules })
}

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
function readRules(stored: JsonFields): RulesRead {
  const read = readFields(UploadRules.shape, DEFAULT_RULES, stored)
  const fit = withoutUnfitPairs(read.value)
  const refused = refusedIn(fit)
  const defaults = Object.fromEntries([...refused].map((field) => [field, DEFAULT_RULES[field]]))
  const { rules } = judgeRules({ ...fit, ...defaults })
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
  return new Set(judgeRules(rules).problems.map(({ field }) => field))
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

/** Sum of names and values: docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const MAX_METADATA_BYTES = 2048
/** Ferry's own, by which an object says which upload wrote it. */
const OWN_METADATA_BYTES = TOKEN_METADATA.length + 32
const MAX_WHAT = 200

/**
 * What can stand in a header and comes back as it was: ASCII. Other characters S3 takes and gives
 * back encoded by RFC 2047, other stores garble them, so they are refused.
 */
const HEADER_VALUE = /^[\x20-\x7e]*$/
const METADATA_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/
/** docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u
const MAX_TAG_VALUE = 256
const STORAGE_CLASS = /^[A-Za-z0-9_-]+$/
const ACCEPT_TOKEN = /^(\.[^\s/,;]+|[\w!#$&^.+-]+\/(\*|[\w!#$&^.+-]+)|\*\/\*)$/

export interface JudgedRules {
  readonly rules: UploadRules
  readonly problems: RuleProblem[]
}

/** Trims what was typed, leaves out what is empty, and judges the rest. */
export function judgeRules(typed: UploadRules): JudgedRules {
  const rules = cleanRules(typed)
  const { encryption } = rules
  const keyId = encryption.kind === 'kms' ? encryption.keyId : ''
  const problems = [
    ...templateProblems(rules.keyTemplate),
    ...acceptTokens(rules.allowedTypes)
      .filter((token) => !ACCEPT_TOKEN.test(token))
      .map((token) => problem('allowedTypes', 'not-a-type', token)),
    ...problemsOfTypes(rules.contentTypes),
    ...valueProblems('cacheControl', rules.cacheControl),
    ...problemsOfMetadata(rules.metadata),
    ...problemsOfTags(rules.tags),
    ...(rules.storageClass === '' || STORAGE_CLASS.test(rules.storageClass)
      ? []
      : [problem('storageClass', 'not-a-header', rules.storageClass)]),
    ...valueProblems('encryption', keyId),
  ]
  return { rules, problems }
}

function cleanRules(typed: UploadRules): UploadRules {
  const { encryption } = typed
  return {
    ...typed,
    keyTemplate: typed.keyTemplate.trim(),
    allowedTypes: acceptTokens(typed.allowedTypes).join(', '),
    contentTypes: cleanPairs(typed.contentTypes, /^\.+/).map(lowerCased),
    cacheControl: typed.cacheControl.trim(),
    metadata: cleanPairs(typed.metadata, /^x-amz-meta-/i).map(lowerCased),
    tags: cleanPairs(typed.tags, null),
    storageClass: typed.storageClass.trim(),
    encryption:
      encryption.kind === 'kms' ? { kind: 'kms', keyId: encryption.keyId.trim() } : encryption,
  }
}

/** @param prefix what people write before a name that is no part of it. */
function cleanPairs(pairs: readonly Pair[], prefix: RegExp | null): Pair[] {
  return pairs
    .map(({ name, value }) => ({ name: name.trim(), value: value.trim() }))
    .filter(({ name, value }) => name !== '' || value !== '')
    .map(({ name, value }) => ({ name: prefix === null ? name : name.replace(prefix, ''), value }))
}

function lowerCased({ name, value }: Pair): Pair {
  return { name: name.toLowerCase(), value }
}

function problemsOfTypes(pairs: readonly Pair[]): RuleProblem[] {
  return [
    ...problemsOfNames('contentTypes', pairs, 'not-a-type', /^[^\s/]*$/),
    ...pairs
      .filter(({ value }) => !isMediaType(value))
      .map(({ value }) => problem('contentTypes', 'not-a-type', value)),
  ]
}

function problemsOfMetadata(pairs: readonly Pair[]): RuleProblem[] {
  const reserved = pairs.filter(({ name }) => name === TOKEN_METADATA)
  const sum = pairs.reduce((total, { name, value }) => total + name.length + value.length, 0)
  const isLong = sum + OWN_METADATA_BYTES > MAX_METADATA_BYTES
  return [
    ...problemsOfNames('metadata', pairs, 'not-a-header', METADATA_NAME),
    ...reserved.map(({ name }) => problem('metadata', 'reserved', name)),
    ...pairs.flatMap(({ value }) => valueProblems('metadata', value)),
    ...(isLong ? [problem('metadata', 'too-long', '')] : []),
  ]
}

function problemsOfTags(pairs: readonly Pair[]): RuleProblem[] {
  const reserved = pairs.filter(({ name }) => /^aws:/i.test(name))
  const long = pairs.filter(({ value }) => value.length > MAX_TAG_VALUE)
  const odd = pairs.filter(({ value }) => !TAG_TEXT.test(value))
  return [
    ...problemsOfNames('tags', pairs, 'not-a-header', TAG_TEXT),
    ...reserved.map(({ name }) => problem('tags', 'reserved', name)),
    ...odd.map(({ value }) => problem('tags', 'not-a-header', value)),
    ...long.map(({ value }) => problem('tags', 'too-long', value)),
  ]
}

function problemsOfNames(
  field: RuleField,
  pairs: readonly Pair[],
  unfit: RuleProblem['problem'],
  form: RegExp,
): RuleProblem[] {
  const names = pairs.map(({ name }) => name)
  return names.flatMap((name, index) => {
    if (name === '') return [problem(field, 'missing', pairs[index]?.value ?? '')]
    if (!form.test(name)) return [problem(field, unfit, name)]
    return names.indexOf(name) < index ? [problem(field, 'twice', name)] : []
  })
}

function valueProblems(field: RuleField, value: string): RuleProblem[] {
  return HEADER_VALUE.test(value) ? [] : [problem(field, 'not-a-header', value)]
}

function problem(field: RuleField, kind: RuleProblem['problem'], what: string): RuleProblem {
  return { field, problem: kind, what: what.slice(0, MAX_WHAT) }
}
