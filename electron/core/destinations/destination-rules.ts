import type { Destination } from '../../contract/commands/destinations.ts'
import type { CommandInput } from '../../contract/commands.ts'
import { acceptTokens, isMediaType } from '../../contract/content-type.ts'
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
import type { Destinations } from './destinations.ts'

/** The rules apply to uploads that have not begun. Fails with `rules-invalid`. */
export function saveRules(
  destinations: Destinations,
  { destinationId, rules: typed }: CommandInput<'saveRules'>,
): Outcome<Destination> {
  const { rules, problems } = judgeRules(typed)
  if (problems.length > 0) return failed({ kind: 'rules-invalid', problems })
  return destinations.change(destinationId, { rules })
}

type Pair = UploadRules['tags'][number]

export interface RulesRead {
  readonly rules: UploadRules
  /**
   * The stored form of rules that could not be read completely, and of rules of a newer version of
   * Ferry.
   */
  readonly aside: JsonFields
}

/**
 * Reads stored rules one by one, each with its own default. A value that the rules form would
 * refuse counts as unreadable too: for example a newer version's token in a template, or a line
 * break in a header.
 */
function readRules(stored: JsonFields): RulesRead {
  const read = readFields(UploadRules.shape, DEFAULT_RULES, stored)
  const fields = RuleField.options.map((field) => readRule(field, read.value[field]))
  const unread = fields.flatMap(({ field, isWhole }) => {
    const raw = stored[field]
    return isWhole || raw === undefined ? [] : [[field, raw] as const]
  })
  return { rules: rulesOf(fields), aside: { ...read.aside, ...Object.fromEntries(unread) } }
}

function readRule<F extends RuleField>(field: F, stored: UploadRules[F]) {
  const descriptor: RuleDescriptor<UploadRules[F]> = RULES[field]
  const salvaged = descriptor.salvage(stored)
  const { value, problems } = judgeRule(field, salvaged)
  return problems.length > 0
    ? { field, value: DEFAULT_RULES[field], isWhole: false }
    : { field, value, isWhole: salvaged === stored }
}

/**
 * `whole`: a stored value that is no object of rules at all, under its name; absent rules are the
 * defaults.
 */
export function readStoredRules(stored: Json | undefined): RulesRead & { whole: JsonFields } {
  if (isFields(stored)) return { ...readRules(stored), whole: {} }
  return { rules: DEFAULT_RULES, aside: {}, whole: stored === undefined ? {} : { rules: stored } }
}

/** Rules whose stored value could not be read completely: a default or a part of it applies. */
export function unreadRulesIn(aside: JsonFields): RuleField[] {
  return RuleField.options.filter((field) => Object.hasOwn(aside, field))
}

/** Names of rules that this version of Ferry does not know. */
export function unknownRulesIn(aside: JsonFields): string[] {
  return Object.keys(aside).filter((name) => !Object.hasOwn(DEFAULT_RULES, name))
}

/** The unread rules that remain after the user has saved all rules. */
export function unknownRules(aside: JsonFields): JsonFields {
  const unknown = new Set(unknownRulesIn(aside))
  return Object.fromEntries(Object.entries(aside).filter(([name]) => unknown.has(name)))
}

/**
 * The total length of names and values:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
const MAX_METADATA_BYTES = 2048
/** Ferry's own metadata, which says which upload wrote an object. */
const OWN_METADATA_BYTES = TOKEN_METADATA.length + 32
const MAX_WHAT = 200

/**
 * Characters that a header can carry and that come back unchanged: ASCII. S3 accepts others and
 * returns them encoded by RFC 2047, and other stores garble them, so Ferry refuses them.
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

/** Trims the typed rules, drops empty entries, and validates the rest. */
export function judgeRules(typed: UploadRules): JudgedRules {
  const judged = RuleField.options.map((field) => judgeRule(field, typed[field]))
  return { rules: rulesOf(judged), problems: judged.flatMap(({ problems }) => problems) }
}

function judgeRule<F extends RuleField>(field: F, typed: UploadRules[F]) {
  const descriptor: RuleDescriptor<UploadRules[F]> = RULES[field]
  const value = descriptor.clean(typed)
  return { field, value, problems: descriptor.problems(value) }
}

function rulesOf(
  fields: readonly { readonly field: RuleField; readonly value: UploadRules[RuleField] }[],
): UploadRules {
  // Each value comes from the descriptor of its own field, and every field has one.
  return Object.fromEntries(fields.map(({ field, value }) => [field, value])) as UploadRules
}

/** How the value of one rule is cleaned, validated and read from a settings file. */
interface RuleDescriptor<V> {
  readonly clean: (typed: V) => V
  /** Values that the form refuses, and that make a stored value unreadable. */
  readonly problems: (cleaned: V) => readonly RuleProblem[]
  /** The usable part of a stored value; the value itself if all of it is usable. */
  readonly salvage: (stored: V) => V
}

/** Only the schema decides. */
const BY_SCHEMA = {
  clean: <V>(typed: V) => typed,
  problems: () => [],
  salvage: <V>(stored: V) => stored,
}

const trimmed = (typed: string) => typed.trim()

/** A rule without a descriptor does not compile. */
const RULES: { readonly [F in RuleField]: RuleDescriptor<UploadRules[F]> } = {
  keyTemplate: { ...BY_SCHEMA, clean: trimmed, problems: templateProblems },
  onConflict: BY_SCHEMA,
  allowedTypes: {
    ...BY_SCHEMA,
    clean: (typed) => acceptTokens(typed).join(', '),
    problems: (accept) =>
      acceptTokens(accept)
        .filter((token) => !ACCEPT_TOKEN.test(token))
        .map((token) => problem('allowedTypes', 'not-a-type', token)),
  },
  maxFileBytes: BY_SCHEMA,
  systemFiles: BY_SCHEMA,
  contentTypes: pairsDescriptor(
    (pairs) => cleanPairs(pairs, /^\.+/).map(lowerCased),
    problemsOfTypes,
  ),
  cacheControl: {
    ...BY_SCHEMA,
    clean: trimmed,
    problems: (value) => valueProblems('cacheControl', value),
  },
  disposition: BY_SCHEMA,
  metadata: pairsDescriptor(
    (pairs) => cleanPairs(pairs, /^x-amz-meta-/i).map(lowerCased),
    problemsOfMetadata,
  ),
  tags: pairsDescriptor((pairs) => cleanPairs(pairs, null), problemsOfTags),
  storageClass: {
    ...BY_SCHEMA,
    clean: trimmed,
    problems: (value) =>
      value === '' || STORAGE_CLASS.test(value)
        ? []
        : [problem('storageClass', 'not-a-header', value)],
  },
  encryption: {
    ...BY_SCHEMA,
    clean: (typed) => (typed.kind === 'kms' ? { ...typed, keyId: typed.keyId.trim() } : typed),
    problems: (value) => (value.kind === 'kms' ? valueProblems('encryption', value.keyId) : []),
  },
  acl: BY_SCHEMA,
  partBytes: BY_SCHEMA,
  parallel: BY_SCHEMA,
  bytesPerSecond: BY_SCHEMA,
}

/** A pair that cannot be sent, or whose name exists already, does not affect the others. */
function pairsDescriptor(
  clean: (typed: readonly Pair[]) => Pair[],
  problems: (cleaned: readonly Pair[]) => readonly RuleProblem[],
): RuleDescriptor<Pair[]> {
  return {
    clean,
    problems,
    salvage(stored) {
      const usable: Pair[] = []
      for (const pair of stored) {
        usable.push(pair)
        if (problems(clean(usable)).length > 0) usable.pop()
      }
      return usable.length === stored.length ? stored : usable
    },
  }
}

/** @param prefix text that users type before a name but that is not part of it. */
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
