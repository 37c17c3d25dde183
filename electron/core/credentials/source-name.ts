import type { CredentialSource } from '../../contract/commands/credentials.ts'
import { unreachable } from '../../lib/unreachable.ts'

/**
 * Identifies the keys of a source, and stays the same when they are renewed. Contains nothing
 * secret: docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export function sourceName(source: CredentialSource): string {
  switch (source.kind) {
    case 'keys':
      return `keys ${source.accessKeyId}`
    case 'profile':
      return `profile ${source.profile}`
    case 'sso':
      return `${signInName(source)} ${source.accountId} ${source.roleName}`
    case 'environment':
      return 'environment'
    default:
      return unreachable(source)
  }
}

/** Identifies the sign-in behind the keys: the same for all accounts and roles. */
export function signInName(source: CredentialSource): string {
  return source.kind === 'sso' ? `sso ${source.startUrl} ${source.ssoRegion}` : sourceName(source)
}
