import type { DestinationField } from '../../electron/contract/destination-draft.ts'
import type { Failure, FailureKind } from '../../electron/contract/failure/kinds.ts'
import { FAILURES, type FailureRow } from './failure-table.ts'
import type { FailureAction, FailureDestination } from './words.ts'

export type { FailureAction, FailureDestination } from './words.ts'

export interface FailureText {
  readonly problem: string
  readonly wayOut: string
  readonly action: FailureAction | null
}

/**
 * Returns the words for a failure.
 * @param at the destination, if there is one: who can act, and where, depends on its store and on
 * where its keys come from.
 */
export function failureText(
  failure: Failure,
  nowMs: number = Date.now(),
  at: FailureDestination | null = null,
): FailureText {
  // Each row takes only failures of its own kind.
  const row = FAILURES[failure.kind] as FailureRow<FailureKind>
  const {
    problem,
    wayOut,
    action = row.action,
  } = typeof row.words === 'function' ? row.words(failure, at, nowMs) : row.words
  return { problem, wayOut, action }
}

/** The problem and the way out in one text. */
export function failureSentence(
  failure: Failure,
  nowMs: number = Date.now(),
  at: FailureDestination | null = null,
): string {
  const { problem, wayOut } = failureText(failure, nowMs, at)
  return `${problem} ${wayOut}`
}

/** The field of the connection form where a failure is fixed; null: the form as a whole. */
export function fieldToFix(kind: FailureKind): DestinationField | null {
  return FAILURES[kind].field
}

/**
 * The upload's parts are too long. Their length is fixed when an upload starts, so only uploading
 * again makes them shorter.
 */
export function isPlanToBlame(failure: Failure): boolean {
  if (failure.kind === 'request-too-large') return true
  return failure.kind === 'too-large' && failure.answer !== undefined
}

export const ACTION_LABELS: Record<FailureAction, string> = {
  retry: 'Retry',
  'edit-connection': 'Edit connection',
  'edit-rules': 'Open rules',
  'enter-keys': 'Enter keys',
  'sign-in': 'Sign in again',
  'enter-proxy-password': 'Enter password',
  'choose-file': 'Choose the file',
  'upload-again': 'Upload again',
  'open-data-folder': 'Open folder',
  'open-bucket-folder': 'Open folder',
  reload: 'Reload',
}
