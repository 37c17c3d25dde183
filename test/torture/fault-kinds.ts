import type { RandomFaultName } from '../faults/random-rule.ts'

/** The proxy's faults, and a store that deletes an unfinished upload, as lifecycle rules do. */
export type FaultKind = RandomFaultName | 'store-forgets'

/** Connection faults are frequent; faults that cost half a minute or need the user are rare. */
const WEIGHTS: Readonly<Record<FaultKind, number>> = {
  'reset-before-body': 10,
  'reset-in-body': 14,
  'reset-after-body': 8,
  'lose-answer': 12,
  'truncate-answer': 6,
  flip: 8,
  'internal-error': 8,
  'bad-gateway': 4,
  'slow-down': 4,
  'slow-down-retry-after': 4,
  'too-many-requests': 3,
  'url-expired': 5,
  'bad-digest': 5,
  'error-inside-200': 4,
  'error-inside-200-after-work': 4,
  trickle: 4,
  stall: 1.5,
  'stall-answer': 1.5,
  'upload-gone': 2,
  'token-expired': 0.7,
  'signature-mismatch': 0.7,
  'access-denied': 0.7,
  'store-forgets': 1,
}

export const FAULT_WEIGHTS = (Object.entries(WEIGHTS) as [FaultKind, number][]).map(
  ([value, weight]) => ({ value, weight }),
)

export function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(WEIGHTS, text)
}

/**
 * Answers that make the whole upload start over or wait for the user: its other running part
 * requests are spoilt together with the one that got this answer.
 */
export function endsUpload(fault: string): boolean {
  return ENDING.has(fault)
}

const ENDING: ReadonlySet<string> = new Set<FaultKind>([
  'upload-gone',
  'token-expired',
  'signature-mismatch',
  'access-denied',
])
