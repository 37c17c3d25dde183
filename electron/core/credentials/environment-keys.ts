import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { Environment } from '../ports.ts'
import type { Keys } from '../s3/access-keys.ts'
import { unavailable } from './keys-failure.ts'

/**
 * docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html
 * @param shell what the user's login shell said, if it was asked.
 */
export function environmentKeys(
  environment: Environment,
  nowMs: number,
  shell?: 'read' | 'silent',
): Outcome<Keys> {
  const empty = (name: string) =>
    failed({
      ...unavailable(name, 'environment-empty'),
      ...(shell === undefined ? {} : { shell }),
    })
  const accessKeyId = environment.AWS_ACCESS_KEY_ID ?? ''
  const secretAccessKey = environment.AWS_SECRET_ACCESS_KEY ?? ''
  if (accessKeyId === '') return empty('AWS_ACCESS_KEY_ID')
  if (secretAccessKey === '') return empty('AWS_SECRET_ACCESS_KEY')
  const endMs = Date.parse(environment.AWS_CREDENTIAL_EXPIRATION ?? '')
  const expiresAtMs = Number.isNaN(endMs) ? null : endMs
  if (expiresAtMs !== null && expiresAtMs <= nowMs) return failed({ kind: 'credentials-expired' })
  const sessionToken = environment.AWS_SESSION_TOKEN ?? ''
  return succeeded({ accessKeyId, secretAccessKey, sessionToken, expiresAtMs })
}
