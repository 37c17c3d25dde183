import type { DestinationField } from '../../electron/contract/destination-draft.ts'
import type { FailureKind } from '../../electron/contract/failure/kinds.ts'
import { formatRoundBytes } from '../design/format.ts'
import { isolated } from '../design/isolated.tsx'
import {
  credentialsExpiredWords,
  credentialsRejectedWords,
  deniedWords,
  keysUnavailableWords,
} from './credential-words.ts'
import {
  localBucketWords,
  movedWords,
  nameWords,
  offLimitsWords,
  sizeNotAllowedWords,
  tooLargeWords,
  unreadableWords,
} from './file-words.ts'
import {
  blockedWords,
  certificateWords,
  clockDifference,
  protocolWords,
  proxyLoginWords,
  proxyWords,
} from './network-words.ts'
import {
  accountWords,
  encryptionKeyWords,
  explicitlyDeniedWords,
  proxyName,
  quotaWords,
  redirectedWords,
  requestTooLargeWords,
  storeRefusedWords,
} from './refusal-words.ts'
import {
  type FailureAction,
  type FailureDestination,
  type FailureOf,
  type Words,
  words,
} from './words.ts'

/** The words for one kind of failure, and the action that the window offers. */
export interface FailureRow<K extends FailureKind> {
  /** A function if the words depend on the failure's details or on its destination. */
  readonly words:
    | Words
    | ((failure: FailureOf<K>, at: FailureDestination | null, nowMs: number) => Words)
  readonly action: FailureAction | null
  /** The field of the connection form where it is fixed; null: none, or the form as a whole. */
  readonly field: DestinationField | null
}

/**
 * The only place where failures become words. `engine/retry-policy.ts` decides what the engine does
 * about each kind; a kind that is missing from either table does not compile.
 */
export const FAILURES: { readonly [K in FailureKind]: FailureRow<K> } = {
  // Ferry waits for these or retries before it says anything.
  offline: {
    words: words('This computer is offline.', 'Ferry goes on when the network is back.'),
    action: null,
    field: null,
  },
  stalled: {
    words: words(
      'The connection to the store went silent.',
      'The parts already sent are kept; try again.',
    ),
    action: 'retry',
    field: null,
  },
  'server-error': {
    // RFC 6585 section 6: sent by a hotel's or a train's network, not by the store.
    words: ({ status }) =>
      status === 511
        ? words(
            'The network wants you to sign in to it first (511).',
            'Open any web page to sign in to the network; Ferry then goes on by itself.',
          )
        : words(
            `The store has an internal problem (error ${status}).`,
            'The parts already sent are kept; try again in a moment.',
          ),
    action: 'retry',
    field: null,
  },
  throttled: {
    words: words(
      'The store asks for fewer requests.',
      'Wait a little, then try again; nothing is lost.',
    ),
    action: 'retry',
    field: null,
  },
  'no-response': {
    words: ({ isOnlyPage }) =>
      words(
        isOnlyPage === true
          ? 'The store does not answer this window, although Ferry itself reaches it.'
          : 'The store does not answer.',
        'Check the network, a VPN or proxy, and that the bucket allows uploads from this window (CORS), then try again.',
      ),
    action: 'retry',
    field: null,
  },
  'body-corrupted': {
    words: words(
      'Some bytes changed on their way, and the store refused them.',
      'Try again; if it happens often, check the network hardware.',
    ),
    action: 'retry',
    field: null,
  },
  'url-expired': {
    words: words(
      'The signature of this part expired before the part was sent.',
      'Try again; Ferry signs it again.',
    ),
    action: 'retry',
    field: null,
  },
  'clock-skewed': {
    words: ({ serverTimeMs }, _at, nowMs) =>
      words(clockDifference(serverTimeMs, nowMs), 'Set the clock, then try again.'),
    action: 'retry',
    field: null,
  },
  'upload-gone': {
    words: words(
      'The store no longer knows this unfinished upload.',
      'Try again; the file is sent from the start.',
    ),
    action: 'retry',
    field: null,
  },
  'object-missing': {
    words: words(
      'The store took the whole file but shows no complete object.',
      'Try again; the file is sent from the start.',
    ),
    action: 'retry',
    field: null,
  },
  'source-in-cloud': {
    words: words(
      'This file is kept in the cloud and is not on this computer yet.',
      'Ferry tries again by itself. To speed it up, open the file, and check that the service that keeps it (iCloud, OneDrive, Dropbox) runs and is online.',
    ),
    action: 'retry',
    field: null,
  },

  // The connection to the store.
  'form-invalid': {
    words: words('Some fields need another look.', 'They are marked in the form.'),
    action: 'edit-connection',
    field: null,
  },
  'host-not-found': {
    words: ({ host }) =>
      words(
        `There is no server named “${host}”.`,
        'Check the endpoint for typing mistakes, and the network.',
      ),
    action: 'edit-connection',
    field: 'endpoint',
  },
  'host-unreachable': {
    words: ({ host }) =>
      words(
        `The server “${host}” cannot be reached.`,
        'Check that it is running, the port in the endpoint, and the network.',
      ),
    action: 'edit-connection',
    field: 'endpoint',
  },
  'tls-failed': { words: certificateWords, action: 'edit-connection', field: 'endpoint' },
  'wrong-protocol': { words: protocolWords, action: 'edit-connection', field: 'endpoint' },
  'proxy-failed': { words: proxyWords, action: 'retry', field: null },
  'proxy-auth-needed': { words: proxyLoginWords, action: 'enter-proxy-password', field: null },
  'network-blocked': { words: blockedWords, action: 'retry', field: 'endpoint' },
  'host-refused': {
    words: ({ host }) =>
      words(
        `“${host}” leads to an address at which clouds hand out a machine’s own keys, so Ferry does not connect to it.`,
        'Enter the address of your store.',
      ),
    action: 'edit-connection',
    field: 'endpoint',
  },
  'not-s3': {
    words: ({ host }) =>
      words(
        `“${host}” answers, but not as an S3 store.`,
        'Check the endpoint: it is the address of the S3 service, not of its web page.',
      ),
    action: 'edit-connection',
    field: 'endpoint',
  },
  'answer-unreadable': {
    words: ({ host }) =>
      words(
        `The store at “${host}” answers in a form that Ferry cannot read.`,
        'Try again; if it keeps happening, a proxy in front of the store may change its answers.',
      ),
    action: 'retry',
    field: null,
  },
  'answer-too-long': {
    words: ({ host, limitBytes }) =>
      words(
        `The store at “${host}” answered with more than ${formatRoundBytes(limitBytes)}, which no store needs; Ferry stopped reading.`,
        'Try again; if it keeps happening, something other than your store may answer there.',
      ),
    action: 'retry',
    field: null,
  },
  'request-rewritten': {
    words: ({ host }) =>
      words(
        `Something in front of “${host}” changes signed requests on their way.`,
        'Your keys are right. Whoever runs the proxy there must let it pass on Host, path and headers unchanged.',
      ),
    action: 'retry',
    field: null,
  },
  redirected: { words: redirectedWords, action: 'edit-connection', field: 'endpoint' },
  'proxy-refused': {
    words: (failure) =>
      words(
        `Something in front of the store refuses the request (${proxyName(failure)}).`,
        'Whoever runs that proxy, firewall or virus scanner must let uploads (PUT) through; then try again.',
      ),
    action: 'retry',
    field: null,
  },
  'request-too-large': { words: requestTooLargeWords, action: 'edit-rules', field: null },

  // The keys and their permissions.
  'credentials-rejected': {
    words: credentialsRejectedWords,
    action: 'enter-keys',
    field: 'accessKeyId',
  },
  // Temporary keys consist of three values, and all three have to be replaced.
  'credentials-expired': {
    words: credentialsExpiredWords,
    action: 'enter-keys',
    field: 'accessKeyId',
  },
  'sign-in-needed': {
    words: ({ by }) =>
      words(
        by === 'browser'
          ? 'Your sign-in has expired.'
          : 'Your sign-in with this device’s code has expired.',
        'Uploads that wait for it go on by themselves after you sign in again.',
      ),
    action: 'sign-in',
    field: null,
  },
  'keys-unavailable': { words: keysUnavailableWords, action: 'edit-connection', field: 'profile' },
  'access-denied': { words: deniedWords, action: 'edit-connection', field: 'accessKeyId' },
  'explicitly-denied': { words: explicitlyDeniedWords, action: 'edit-rules', field: null },
  'encryption-key-denied': { words: encryptionKeyWords, action: 'edit-rules', field: null },
  'secret-store-unavailable': {
    words: words(
      'The key store of this computer is locked.',
      'Unlock it and start Ferry again, or enter the keys: then they are kept while Ferry runs.',
    ),
    action: 'enter-keys',
    field: 'secretAccessKey',
  },
  'secret-missing': {
    words: words(
      'The secret access key is gone.',
      'It was kept only while Ferry ran, or the key store that encrypted it has lost its key. Enter the keys again; the uploads go on.',
    ),
    action: 'enter-keys',
    field: 'secretAccessKey',
  },

  // The bucket and the store.
  'bucket-missing': {
    words: ({ bucket }) =>
      words(
        bucket === ''
          ? 'The store has no such bucket.'
          : `There is no bucket named “${isolated(bucket)}” at this store.`,
        'Check its name in the connection, or create it at the store.',
      ),
    action: 'edit-connection',
    field: 'bucket',
  },
  'region-wrong': {
    words: ({ region }) =>
      region === null
        ? words('The bucket is in another region.', 'Enter the region that the store shows for it.')
        : words(`The bucket is in the region ${region}.`, 'Use that region.'),
    action: 'edit-connection',
    field: 'region',
  },
  'cors-blocked': {
    words: ({ origin }) =>
      words(
        `The bucket does not take uploads from a browser window (${origin}).`,
        'Add a CORS rule that allows this origin, PUT and all headers (AllowedHeaders: *), and exposes ETag; or use Ferry’s desktop app, which needs none.',
      ),
    action: 'edit-connection',
    field: 'bucket',
  },
  'etag-hidden': {
    words: words(
      'The bucket hides the ETag of its answers from this window.',
      'Add ETag to ExposeHeaders in the bucket’s CORS rule, then try again.',
    ),
    action: 'retry',
    field: null,
  },
  'answer-hidden': {
    words: words(
      'The store takes the file, but hides its answer from this window (CORS).',
      'Add this window’s origin and ETag to the bucket’s CORS rule, also behind a proxy; then try again.',
    ),
    action: 'edit-connection',
    field: null,
  },
  'acl-refused': {
    words: words(
      'This bucket takes no ACLs, and the rules ask for one.',
      'Open the rules and set the ACL to “none”, then try again; or the bucket’s owner allows ACLs.',
    ),
    action: 'edit-rules',
    field: null,
  },
  'quota-exceeded': { words: quotaWords, action: 'retry', field: null },
  'store-full': {
    words: words(
      'The store has no space left.',
      'Whoever runs the store must make room there; then try again.',
    ),
    action: 'retry',
    field: null,
  },
  'account-problem': { words: accountWords, action: 'retry', field: null },
  'store-refused': { words: storeRefusedWords, action: 'retry', field: null },
  'object-differs': {
    words: words(
      'The object in the bucket is not your file: the store’s checksum of it differs.',
      'Upload it again; if it happens once more, the network or the store damages what passes through it.',
    ),
    action: 'upload-again',
    field: null,
  },
  'destination-moved': { words: movedWords, action: 'edit-connection', field: 'bucket' },

  // The file, and the destination's rules for it.
  'source-changed': {
    words: words(
      'The file changed while it was uploaded.',
      'Upload it again to send it as it is now. No mixed file was made in the bucket.',
    ),
    action: 'upload-again',
    field: null,
  },
  'source-missing': {
    words: words(
      'The file is no longer where it was.',
      'Put it back and retry, or choose it again at its new location; Ferry sends only what is missing. A file that was dragged out of another program, such as an email, may be gone for good: drag it again.',
    ),
    action: 'retry',
    field: null,
  },
  'source-unreadable': { words: unreadableWords, action: 'retry', field: null },
  'source-not-a-file': {
    words: words(
      'This is a pipe, a socket or a device, not a file.',
      'It holds no bytes that a bucket could keep; to keep its output, save that to a file first.',
    ),
    action: null,
    field: null,
  },
  'source-off-limits': { words: offLimitsWords, action: null, field: null },
  'source-detached': {
    words: words(
      'Drop the file here again to go on.',
      'Ferry recognises it and sends only what is missing.',
    ),
    action: 'choose-file',
    field: null,
  },
  'name-unusable': { words: nameWords, action: null, field: null },
  'too-large': { words: tooLargeWords, action: null, field: null },
  'size-not-allowed': { words: sizeNotAllowedWords, action: 'edit-rules', field: null },
  'type-not-allowed': {
    words: ({ contentType }) =>
      words(
        `This destination takes no files of this type (${contentType || 'unknown'}).`,
        'Allow the type in its rules and try again, or upload the file elsewhere.',
      ),
    action: 'edit-rules',
    field: null,
  },
  'rules-invalid': {
    words: words(
      'The rules of this destination need another look.',
      'Open them: what is wrong is marked there.',
    ),
    action: null,
    field: null,
  },
  'key-taken': {
    words: ({ key }) =>
      words(
        `The bucket already has “${isolated(key)}”.`,
        'Choose whether to keep both, replace it or skip this file.',
      ),
    action: null,
    field: null,
  },
  skipped: {
    words: words('The bucket already has a file of this name.', 'It was left as it is.'),
    action: null,
    field: null,
  },

  // This computer, and Ferry itself.
  'disk-full': {
    words: ({ where }) =>
      where === 'local-bucket'
        ? words(
            'The disk with the bucket on this computer is full.',
            'Free some space, then try again.',
            'open-bucket-folder',
          )
        : words('The disk with Ferry’s data is full.', 'Free some space, then try again.'),
    action: 'retry',
    field: null,
  },
  'too-many-destinations': {
    words: ({ limitCount }) =>
      words(
        `The file has more than ${limitCount} destinations.`,
        'Nothing was added. Split the file, and import the part that you need.',
      ),
    action: null,
    field: null,
  },
  'not-confirmed': {
    words: words(
      'You did not allow this.',
      'If you meant it, try again and allow it where Ferry asks; if not, close this window and start Ferry again.',
    ),
    action: 'retry',
    field: null,
  },
  'local-bucket-unavailable': { words: localBucketWords, action: 'open-data-folder', field: null },
  'host-gone': {
    words: words('Ferry stopped.', 'Start it again; your uploads go on.'),
    action: 'reload',
    field: null,
  },
  'unknown-id': {
    words: words('Ferry has no record of this any more.', 'Reload the window.'),
    action: 'reload',
    field: null,
  },
  aborted: {
    words: words('This was stopped before it had finished.', 'Try again if you still need it.'),
    action: 'retry',
    field: null,
  },
  busy: {
    words: words(
      'The store is still busy with an earlier request for this file.',
      'Wait a moment, then try again.',
    ),
    action: 'retry',
    field: null,
  },
  'in-use': {
    words: words(
      'This cannot be done while it is in use.',
      'Wait until it is finished, or cancel it first.',
    ),
    action: null,
    field: null,
  },
  'wrong-state': {
    words: words(
      'This is no longer possible: something has changed meanwhile.',
      'Reload the window to see how it is now.',
    ),
    action: 'reload',
    field: null,
  },
  'not-now': {
    words: words('This could not be done at that time.', 'Cancel it, or upload the file again.'),
    action: null,
    field: null,
  },
  internal: {
    words: ({ reference }) =>
      words(
        `Something went wrong inside Ferry (reference ${reference}).`,
        'Try again; the log has the details.',
      ),
    action: 'retry',
    field: null,
  },
}
