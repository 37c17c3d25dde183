import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import { providerOf } from '../../../../electron/contract/providers/lookup.ts'
import type { StoreFeature } from '../../../../electron/contract/providers/provider.ts'
import type { KeyToken } from '../../../../electron/contract/rules/key-template.ts'
import type { RuleField, RuleProblem } from '../../../../electron/contract/rules/upload-rules.ts'
import { unreachable } from '../../../../electron/lib/unreachable.ts'
import { isolated } from '../../../design/isolated.tsx'
import type { RuleFieldError } from './rules-form.ts'

export const TOKEN_TEXTS: Record<KeyToken, string> = {
  prefix: 'the destination’s prefix',
  folder: 'the folders of a dropped folder',
  name: 'the file’s name',
  stem: 'the name without its extension',
  ext: 'the extension with its dot',
  yyyy: 'the year',
  mm: 'the month',
  dd: 'the day',
  HH: 'the hour',
  MM: 'the minute',
  SS: 'the second',
  uuid: 'a random name that nobody can guess',
  hash8: 'eight characters made of the contents',
}

/** Features that the bucket on this computer refuses or ignores. */
const LOCAL_MISSING_FEATURES: readonly StoreFeature[] = [
  'acl',
  'storage-class',
  'sse-s3',
  'sse-kms',
]

const FEATURE_NAMES: Record<StoreFeature, string> = {
  acl: 'ACLs',
  tags: 'tags',
  'storage-class': 'storage classes',
  'sse-s3': 'encryption with its own keys on request',
  'sse-kms': 'encryption with a key service',
  metadata: 'metadata',
}

export function missingFeatures({ kind, provider }: Destination): readonly StoreFeature[] {
  return kind === 'local' ? LOCAL_MISSING_FEATURES : providerOf(provider).lacks
}

/** Null: the store is not known to lack any of these features. */
export function missingFeaturesText(
  destination: Destination,
  among: readonly StoreFeature[],
): string | null {
  const lacked = missingFeatures(destination).filter((each) => among.includes(each))
  if (lacked.length === 0) return null
  const whose =
    destination.kind === 'local'
      ? 'The bucket on this computer'
      : providerOf(destination.provider).label
  const names = lacked.map((each) => FEATURE_NAMES[each])
  const list = new Intl.ListFormat('en', { type: 'disjunction' }).format(names)
  return `${whose} has no ${list}.`
}

const MISSING: Partial<Record<RuleField, string>> = {
  keyTemplate: 'Enter what a file is called in the bucket, at least {name}.',
  contentTypes: 'Fill in both the extension and its type.',
  metadata: 'Fill in both the name and the value.',
  tags: 'Give the tag a name.',
  encryption: 'Enter the key.',
}

export function ruleProblemText({ field, problem, what }: RuleProblem): string {
  switch (problem) {
    case 'missing':
      return MISSING[field] ?? 'Fill this in.'
    case 'unknown-token':
      return `“${isolated(shortened(what))}” is not one of the placeholders below.`
    case 'no-name-in-it':
      return 'Every file would get the same name. Add {name}, {uuid} or {hash8}.'
    case 'leaves-the-bucket':
      return 'A folder cannot be called “.” or “..”.'
    case 'too-long':
      return what === ''
        ? 'This is longer than a store accepts.'
        : `“${isolated(shortened(what))}” is longer than a store accepts.`
    case 'not-a-header':
      return `“${isolated(shortened(what))}” contains a character that a store does not accept here.`
    case 'not-a-type':
      return `“${isolated(shortened(what))}” is not a type. Types look like image/png, extensions like .png.`
    case 'twice':
      return `“${isolated(shortened(what))}” is there twice.`
    case 'reserved':
      return `“${isolated(shortened(what))}” is a name that the store or Ferry reserves.`
    default:
      return unreachable(problem)
  }
}

const MAX_SHOWN = 60

function shortened(what: string): string {
  return what.length <= MAX_SHOWN ? what : `${what.slice(0, MAX_SHOWN)}…`
}

export function fieldErrorOf(problem: RuleProblem): RuleFieldError {
  return { field: problem.field, text: ruleProblemText(problem), what: problem.what }
}
