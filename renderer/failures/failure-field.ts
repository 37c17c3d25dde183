import type { DestinationField, FailureKind } from '../../electron/contract/failure/kinds.ts'

/** The field of the connection form where a failure is mended; for others the form's beginning. */
export function fieldToFix(kind: FailureKind): DestinationField | null {
  switch (kind) {
    // Keys that expire come in threes, and all three are new.
    case 'credentials-expired':
    case 'credentials-rejected':
    case 'access-denied':
      return 'accessKeyId'
    case 'secret-missing':
    case 'secret-store-unavailable':
      return 'secretAccessKey'
    case 'keys-unavailable':
      return 'profile'
    case 'host-not-found':
    case 'host-unreachable':
    case 'tls-failed':
    case 'wrong-protocol':
    case 'network-blocked':
    case 'host-refused':
    case 'not-s3':
    case 'redirected':
      return 'endpoint'
    case 'region-wrong':
      return 'region'
    case 'bucket-missing':
    case 'destination-moved':
    case 'cors-blocked':
      return 'bucket'
    default:
      return null
  }
}
