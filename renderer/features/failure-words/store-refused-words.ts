import type { Failure } from '../../../electron/contract/failure/kinds.ts'
import { type FailureText, text } from './words.ts'

type StoreRefused = Extract<Failure, { kind: 'store-refused' }>

/** Codes about something that the destination's rules ask for. */
const BY_RULES: Readonly<Record<string, string>> = {
  InvalidStorageClass: 'The store does not have the storage class that the rules ask for.',
  InvalidTag: 'The store does not take the tags that the rules ask for.',
  MetadataTooLarge: 'The metadata that the rules ask for is too long for the store.',
  InvalidEncryptionAlgorithmError: 'The store does not have the encryption that the rules ask for.',
  NotImplemented: 'The store does not do something that was asked of it (NotImplemented).',
}

/** Locks of a bucket: developers.cloudflare.com/r2/buckets/bucket-locks */
const LOCKED: ReadonlySet<string> = new Set(['ObjectLockedByBucketPolicy', 'ObjectLocked'])

/** A refusal that has no kind of its own: the code is all that is known. */
export function storeRefusedWords({ status, code, answer }: StoreRefused): FailureText {
  const byRules = BY_RULES[code]
  if (byRules !== undefined) {
    return text(
      byRules,
      'Change that in the rules of this destination, then try again.',
      'edit-rules',
    )
  }
  if (LOCKED.has(code)) {
    return text(
      'A lock of the bucket protects the file of this name.',
      'Wait until it ends, have the bucket’s owner lift it, or upload under another name.',
      'retry',
    )
  }
  if (status === 404 && code === '') {
    return text(
      'Nothing answers for this bucket at the store’s address (404).',
      'Check the endpoint and the bucket in the connection; a proxy in front of the store may lead elsewhere.',
      'edit-connection',
    )
  }
  const reason = [status, code].filter(Boolean).join(' ')
  return text(
    `The store refused this (${reason}).`,
    answer === undefined || (answer.message === '' && answer.requestId === '')
      ? 'Try again; if it stays, the store’s own log says why.'
      : 'Try again; if it stays, the store’s own words are under “Details”, and its log has the rest.',
    'retry',
  )
}
