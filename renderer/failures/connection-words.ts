import { isolated } from '../design/isolated.tsx'
import { computerWords } from './computer-words.ts'
import {
  credentialsExpiredWords,
  credentialsRejectedWords,
  deniedWords,
  keysUnavailableWords,
} from './credential-words.ts'
import { certificateWords, networkWords } from './network-words.ts'
import { refusalWords, storeRefusedWords } from './refusal-words.ts'
import { type ActingFailure, type FailureDestination, type FailureText, text } from './words.ts'

/** For failures that the person must act on; those of this computer are said next door. */
export function connectionWords(
  failure: ActingFailure,
  at: FailureDestination | null,
): FailureText {
  switch (failure.kind) {
    case 'form-invalid':
      return text(
        'Some fields need another look.',
        'They are marked in the form.',
        'edit-connection',
      )
    case 'host-not-found':
      return text(
        `There is no server named “${failure.host}”.`,
        'Check the endpoint for typing mistakes, and the network.',
        'edit-connection',
      )
    case 'host-unreachable':
      return text(
        `The server “${failure.host}” cannot be reached.`,
        'Check that it is running, the port in the endpoint, and the network.',
        'edit-connection',
      )
    case 'tls-failed':
      return certificateWords(failure)
    case 'wrong-protocol':
    case 'proxy-failed':
    case 'proxy-auth-needed':
    case 'network-blocked':
      return networkWords(failure)
    case 'not-s3':
      return text(
        `“${failure.host}” answers, but not as an S3 store.`,
        'Check the endpoint: it is the address of the S3 service, not of its web page.',
        'edit-connection',
      )
    case 'credentials-rejected':
      return credentialsRejectedWords(failure, at)
    case 'credentials-expired':
      return credentialsExpiredWords(at)
    case 'sign-in-needed':
      return text(
        failure.by === 'browser'
          ? 'Your sign-in has ended.'
          : 'Your sign-in with this device’s code has ended.',
        'What waits for it goes on by itself after the next one.',
        'sign-in',
      )
    case 'keys-unavailable':
      return keysUnavailableWords(failure)
    case 'access-denied':
      return deniedWords(failure.action ?? null, at)
    case 'bucket-missing':
      return text(
        failure.bucket === ''
          ? 'The store has no such bucket.'
          : `There is no bucket named “${isolated(failure.bucket)}” at this store.`,
        'Check its name in the connection, or create it at the store.',
        'edit-connection',
      )
    case 'region-wrong':
      return failure.region === null
        ? text(
            'The bucket is in another region.',
            'Enter the region that the store shows for it.',
            'edit-connection',
          )
        : text(
            `The bucket is in the region ${failure.region}.`,
            'Use that region.',
            'edit-connection',
          )
    case 'cors-blocked':
      return text(
        `The bucket does not take uploads from a browser window (${failure.origin}).`,
        'Add a CORS rule that allows this origin, PUT and all headers (AllowedHeaders: *), and exposes ETag; or use Ferry’s desktop app, which needs none.',
        'edit-connection',
      )
    case 'etag-hidden':
      return text(
        'The bucket hides from the window what it received.',
        'Add ETag to ExposeHeaders in the bucket’s CORS rule, then try again.',
        'retry',
      )
    case 'store-refused':
      return storeRefusedWords(failure)
    case 'object-differs':
      return text(
        'What arrived in the bucket is not the file: the store’s checksum of it differs.',
        'Upload it again; if it happens once more, the network or the store damages what passes through it.',
        'upload-again',
      )
    case 'answer-unreadable':
    case 'answer-too-long':
    case 'host-refused':
    case 'request-rewritten':
    case 'explicitly-denied':
    case 'encryption-key-denied':
    case 'acl-refused':
    case 'quota-exceeded':
    case 'store-full':
    case 'account-problem':
    case 'request-too-large':
    case 'proxy-refused':
    case 'redirected':
    case 'answer-hidden':
      return refusalWords(failure, at)
    default:
      return computerWords(failure, at)
  }
}
