import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { Environment } from '../ports.ts'
import type { Keys } from './keys.ts'
import { unavailable } from './keys-failure.ts'

/** docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html */
export function environmentKeys(environment: Environment, nowMs: number): Outcome<Keys> {
  const accessKeyId = environment.AWS_ACCESS_KEY_ID ?? ''
  const secretAccessKey = environment.AWS_SECRET_ACCESS_KEY ?? ''
  if (accessKeyId === '') return failed(unavailable('AWS_ACCESS_KEY_ID', 'environment-empty'))
  if (secretAccessKey === '') {
    return failed(unavailable('AWS_SECRET_ACCESS_KEY', 'environment-empty'))
  }
  const endMs = Date.parse(environment.AWS_CREDENTIAL_EXPIRATION ?? '')
  const expiresAtMs = Number.isNaN(endMs) ? null : endMs
  if (expiresAtMs !== null && expiresAtMs <= nowMs) return failed({ kind: 'credentials-expired' })
  const sessionToken = environment.AWS_SESSION_TOKEN ?? ''
  return succeeded({ accessKeyId, secretAccessKey, sessionToken, expiresAtMs })
}
