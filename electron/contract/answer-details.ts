import type { StoreAnswer } from './failure/kinds.ts'
import { cutText, onlyVisible, storeCode } from './plain-text.ts'

/** The parts of an answer that are kept for the details of a failure. */
export interface AnswerToKeep {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly requestId: string
  readonly server: string
  readonly atMs: number
}

/**
 * The store's own words as they may be kept, shown and copied: one line each, cut, without anything
 * that is invisible, turns the reading direction, or could be used as a key.
 */
export function answerDetails(answer: AnswerToKeep): StoreAnswer {
  return {
    status: answer.status,
    code: storeCode(answer.code),
    message: harmless(answer.message, 500),
    // Long and random by nature, so that a long run says nothing here.
    requestId: cutText(withoutSecrets(onlyVisible(answer.requestId, 200)), 200),
    server: harmless(answer.server, 100),
    atMs: answer.atMs,
  }
}

const CUT = '…'

const SECRETS: readonly RegExp[] = [
  // The query of any address: a presigned one is a key for as long as it lives.
  /\?[^\s<>"'?]*=[^\s<>"']*/g,
  // The same in pieces, and as a header: signature, credential, token.
  /X-(?:Amz|Goog|Obs|Oss)-[\w-]+(?:=|%3D|:\s?)[^\s&,;<>"']+/gi,
  /\b(?:AWS4?-HMAC-SHA256|AWS4-ECDSA-P256-SHA256)\b[^<>"']*/gi,
  /\b(?:Credential|Signature|SignedHeaders|AWSAccessKeyId|GoogleAccessId|SecurityToken|SessionToken|Authorization|Password|Secret\w*)\s?(?:=|%3D|:)\s?[^\s&,;<>"']+/gi,
  // Access key IDs of AWS and of Google: docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  /\b(?:A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{12,}|GOOG[A-Z0-9]{16,})\b/g,
]

/** Secret keys, signatures and tokens are long runs of these. */
const LONG_RUN = /[A-Za-z0-9+/_=-]{32,}/g

function harmless(text: string, maxLength: number): string {
  const clean = withoutSecrets(onlyVisible(text, maxLength))
  return cutText(
    clean.replace(LONG_RUN, (run) => (isKeyLike(run) ? CUT : run)),
    maxLength,
  )
}

function withoutSecrets(text: string): string {
  return SECRETS.reduce((left, secret) => left.replace(secret, CUT), text)
}

/** Hex as long as a signature, or a mixture that no word, path or bucket's name is. */
function isKeyLike(run: string): boolean {
  if (/^[0-9a-f]+$/i.test(run)) return run.length >= 40
  return run.split(/[-_]/).some((piece) => {
    const isMixed = /[a-z]/.test(piece) && /[A-Z]/.test(piece) && /\d/.test(piece)
    return piece.length >= 32 && isMixed
  })
}
