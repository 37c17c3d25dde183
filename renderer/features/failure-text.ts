import type { Failure } from '../../electron/contract/failure.ts'
import { unreachable } from '../../electron/contract/unreachable.ts'
import { formatBytes, formatDuration } from '../design/format.ts'

/** What the window can do about a failure with one press. */
export type FailureAction =
  | 'retry'
  | 'edit-connection'
  | 'enter-keys'
  | 'choose-file'
  | 'open-data-folder'
  | 'open-bucket-folder'
  | 'reload'

export interface FailureText {
  /** What is wrong, naming the thing. A whole sentence. */
  readonly problem: string
  /** What to do about it. A whole sentence, or empty when Ferry does it by itself. */
  readonly wayOut: string
  readonly action: FailureAction | null
}

const text = (
  problem: string,
  wayOut: string,
  action: FailureAction | null = null,
): FailureText => ({ problem, wayOut, action })

/** The only place where failures become words. A new kind does not compile until it has some. */
export function failureText(failure: Failure, nowMs: number = Date.now()): FailureText {
  switch (failure.kind) {
    case 'offline':
      return text('This computer is offline.', 'Ferry goes on when the network is back.')
    case 'stalled':
      return text(
        'The connection to the store went silent.',
        'The parts already sent are kept; try again.',
        'retry',
      )
    case 'server-error':
      return text(
        `The store has trouble of its own (error ${failure.status}).`,
        'The parts already sent are kept; try again in a moment.',
        'retry',
      )
    case 'throttled':
      return text(
        'The store asks for fewer requests.',
        'Wait a little, then try again; nothing is lost.',
        'retry',
      )
    case 'no-response':
      return text(
        'The store does not answer.',
        'Check the network, a VPN or proxy, and that the bucket allows uploads from this window (CORS), then try again.',
        'retry',
      )
    case 'body-corrupted':
      return text(
        'Some bytes changed on their way, and the store refused them.',
        'Try again; if it happens often, check the network hardware.',
        'retry',
      )
    case 'url-expired':
      return text(
        'The permission for this part ran out before it was sent.',
        'Try again; Ferry signs it anew.',
        'retry',
      )
    case 'clock-skewed':
      return text(
        clockProblem(failure.serverTimeMs, nowMs),
        'Set the clock, then try again.',
        'retry',
      )
    case 'upload-gone':
      return text(
        'The store no longer knows this unfinished upload.',
        'Try again; the file is sent from the start.',
        'retry',
      )
    default:
      return textForThePerson(failure)
  }
}

type WaitingKind =
  | 'offline'
  | 'stalled'
  | 'server-error'
  | 'throttled'
  | 'no-response'
  | 'body-corrupted'
  | 'url-expired'
  | 'clock-skewed'
  | 'upload-gone'
type ActingFailure = Exclude<Failure, { kind: WaitingKind }>

function textForThePerson(failure: ActingFailure): FailureText {
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
      return text(
        `“${failure.host}” has no certificate that this computer trusts (${failure.reason}).`,
        'Check the address, or install the certificate of your own server.',
        'edit-connection',
      )
    case 'not-s3':
      return text(
        `“${failure.host}” answers, but not as an S3 store.`,
        'Check the endpoint: it is the address of the S3 service, not of its web page.',
        'edit-connection',
      )
    case 'credentials-rejected':
      return text(
        'The store does not accept the keys.',
        'Check the access key ID and the secret access key.',
        'edit-connection',
      )
    case 'credentials-expired':
      return text(
        'The keys have expired.',
        'Enter new ones; the parts already sent are safe in the bucket.',
        'enter-keys',
      )
    case 'access-denied':
      return text(
        'The store accepts the keys, but they may not do this here.',
        'Allow them to write to this bucket, or use other keys.',
        'edit-connection',
      )
    case 'bucket-missing':
      return text(
        `There is no bucket named “${failure.bucket}” at this store.`,
        'Check its name, or create it at the store.',
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
        'Add a CORS rule that allows this origin and PUT and exposes ETag, or use Ferry’s desktop app, which needs none.',
        'edit-connection',
      )
    case 'etag-hidden':
      return text(
        'The bucket hides from the window what it received.',
        'Add ETag to ExposeHeaders in the bucket’s CORS rule, then try again.',
        'retry',
      )
    case 'store-refused':
      return text(
        `The store refused this (${[failure.status, failure.code].filter(Boolean).join(' ')}).`,
        'Try again; if it stays, the store’s own log says why.',
        'retry',
      )
    default:
      return textAboutThisComputer(failure)
  }
}

type ConnectionKind =
  | 'form-invalid'
  | 'host-not-found'
  | 'host-unreachable'
  | 'tls-failed'
  | 'not-s3'
  | 'credentials-rejected'
  | 'credentials-expired'
  | 'access-denied'
  | 'bucket-missing'
  | 'region-wrong'
  | 'cors-blocked'
  | 'etag-hidden'
  | 'store-refused'
type ComputerFailure = Exclude<ActingFailure, { kind: ConnectionKind }>

function textAboutThisComputer(failure: ComputerFailure): FailureText {
  switch (failure.kind) {
    case 'source-changed':
      return text(
        'The file was changed after its upload began.',
        'Cancel this upload and drop the file again to send it as it is now.',
      )
    case 'source-missing':
      return text(
        'The file is no longer where it was.',
        'Put it back and try again, or drop it from its new place.',
        'retry',
      )
    case 'source-unreadable':
      return text(
        'The file cannot be read.',
        'Allow yourself to read it, or close the program that holds it, then try again.',
        'retry',
      )
    case 'source-detached':
      return text(
        'Drop the file here again to go on.',
        'Ferry recognises it and sends only what is missing.',
        'choose-file',
      )
    case 'name-unusable':
      return text(nameProblem(failure.reason), 'Rename the file and drop it again.')
    case 'too-large':
      return text(
        `The file is larger than this store takes (${formatBytes(failure.limitBytes)}).`,
        'Split the file, or choose another destination.',
      )
    case 'disk-full':
      return failure.where === 'local-bucket'
        ? text(
            'The disk that holds the bucket on this computer is full.',
            'Free some space, then try again.',
            'open-bucket-folder',
          )
        : text(
            'The disk that holds Ferry’s records is full.',
            'Free some space, then try again.',
            'retry',
          )
    case 'secret-store-unavailable':
      return text(
        'The system’s key store does not open.',
        'Unlock it and try again, or keep the keys only while Ferry runs.',
        'retry',
      )
    case 'secret-missing':
      return text(
        'The secret access key was kept only while Ferry ran.',
        'Enter the keys again; the uploads go on.',
        'enter-keys',
      )
    case 'local-bucket-unavailable':
      return text(
        localBucketProblem(failure.reason),
        LOCAL_BUCKET_WAY_OUT[failure.reason],
        'open-data-folder',
      )
    case 'host-gone':
      return text('Ferry stopped.', 'Start it again; your uploads go on.', 'reload')
    case 'unknown-id':
      return text('Ferry has no record of this any more.', 'Reload the window.', 'reload')
    case 'not-now':
      return text('This cannot be done while it is in use.', 'Wait for it or cancel it first.')
    case 'internal':
      return text(
        `Something went wrong inside Ferry (reference ${failure.reference}).`,
        'Try again; the log has the details.',
        'retry',
      )
    default:
      return unreachable(failure)
  }
}

function clockProblem(serverTimeMs: number | null, nowMs: number): string {
  if (serverTimeMs === null) return 'This computer’s clock differs too much from the store’s.'
  const difference = formatDuration(Math.abs(serverTimeMs - nowMs))
  const direction = serverTimeMs > nowMs ? 'behind' : 'ahead of'
  return `This computer’s clock is ${difference} ${direction} the store’s.`
}

function nameProblem(reason: Extract<Failure, { kind: 'name-unusable' }>['reason']): string {
  switch (reason) {
    case 'empty':
      return 'The file has no name that a bucket can hold.'
    case 'too-long':
      return 'The name, with its folders, is longer than a bucket can hold (1,024 bytes).'
    case 'not-unicode':
      return 'The name holds characters that are not valid text.'
    case 'dot-segment':
      return 'A folder or file named “.” or “..” cannot be kept in a bucket.'
    default:
      return unreachable(reason)
  }
}

type LocalBucketReason = Extract<Failure, { kind: 'local-bucket-unavailable' }>['reason']

function localBucketProblem(reason: LocalBucketReason): string {
  switch (reason) {
    case 'port-taken':
      return 'The bucket on this computer cannot start: another program uses its port.'
    case 'folder-unwritable':
      return 'The bucket on this computer cannot write to its folder.'
    case 'broken':
      return 'The bucket on this computer cannot start.'
    default:
      return unreachable(reason)
  }
}

const LOCAL_BUCKET_WAY_OUT: Record<LocalBucketReason, string> = {
  'port-taken': 'Close that program, or a second Ferry, then start Ferry again.',
  'folder-unwritable': 'Allow yourself to write there, then start Ferry again.',
  broken: 'Start Ferry again; its log says more.',
}

/** Problem and way out in one breath. */
export function failureSentence(failure: Failure, nowMs: number = Date.now()): string {
  const { problem, wayOut } = failureText(failure, nowMs)
  return wayOut === '' ? problem : `${problem} ${wayOut}`
}

export const ACTION_LABELS: Record<FailureAction, string> = {
  retry: 'Retry',
  'edit-connection': 'Edit connection',
  'enter-keys': 'Enter keys',
  'choose-file': 'Choose the file',
  'open-data-folder': 'Open folder',
  'open-bucket-folder': 'Open folder',
  reload: 'Reload',
}
