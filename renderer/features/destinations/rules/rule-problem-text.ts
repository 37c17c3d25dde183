import type { RuleField, RuleProblem } from '../../../../electron/contract/rules/upload-rules.ts'
import { unreachable } from '../../../../electron/lib/unreachable.ts'
import { isolated } from '../../../design/isolated.tsx'
import type { RuleFieldError } from './rules-form.ts'

const MISSING: Partial<Record<RuleField, string>> = {
  keyTemplate: 'Enter what a file is called in the bucket, at least {name}.',
  contentTypes: 'Fill in both the extension and its type.',
  metadata: 'Fill in both the name and the value.',
  tags: 'Give the tag a name.',
  encryption: 'Enter the key.',
}

/** Said at the field. */
export function ruleProblemText({ field, problem, what }: RuleProblem): string {
  switch (problem) {
    case 'missing':
      return MISSING[field] ?? 'Fill this in.'
    case 'unknown-token':
      return `“${isolated(shortened(what))}” is not one of the pieces below.`
    case 'no-name-in-it':
      return 'Every file would get the same name. Add {name}, {uuid} or {hash8}.'
    case 'leaves-the-bucket':
      return 'A folder cannot be called “.” or “..”.'
    case 'too-long':
      return what === ''
        ? 'This is longer than a store accepts.'
        : `“${isolated(shortened(what))}” is longer than a store accepts.`
    case 'not-a-header':
      return `“${isolated(shortened(what))}” holds a character that a store does not accept here.`
    case 'not-a-type':
      return `“${isolated(shortened(what))}” is not a type. Types look like image/png, extensions like .png.`
    case 'twice':
      return `“${isolated(shortened(what))}” is there twice.`
    case 'reserved':
      return `“${isolated(shortened(what))}” is a name that the store or Ferry keeps for itself.`
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
