import { setTimeout } from 'node:timers/promises'
import {
  CreateTokenCommand,
  type CreateTokenResponse,
  RegisterClientCommand,
  SSOOIDCClient,
  StartDeviceAuthorizationCommand,
} from '@aws-sdk/client-sso-oidc'
import type { Failure } from '../../contract/failure.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { type CredentialPorts, clientWay } from './aws-clients.ts'
import { readAwsFiles } from './aws-files.ts'
import { failureOfKeys, unavailable } from './keys-failure.ts'
import { type SsoSession, type TokenFile, utcText } from './sso-token-file.ts'

/** What the person has to do: datatracker.ietf.org/doc/html/rfc8628 */
export interface DeviceRequest {
  readonly session: SsoSession
  readonly url: string
  readonly userCode: string
  readonly expiresAtMs: number
  readonly deviceCode: string
  readonly intervalMs: number
  readonly client: Registration
}

type Registration = Pick<Required<TokenFile>, 'clientId' | 'clientSecret' | 'registrationExpiresAt'>

/** Tests wait without waiting. Rejects when `signal` is aborted. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<unknown>
export const realWait: Wait = (ms, signal) => setTimeout(ms, undefined, { signal })

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
/** Lets the token be renewed without the person, and keys be asked for with it. */
const SCOPES = ['sso:account:access']
const USUAL_SECONDS = 5
const SLOWER_MS = 5000
const NOT_CONFIRMED: Failure = { kind: 'sign-in-needed', by: 'browser' }

/** Asks for a page and a code. */
export async function requestDevice(
  ports: CredentialPorts,
  session: SsoSession,
): Promise<Outcome<DeviceRequest>> {
  return atOidc(ports, session, async (oidc) => {
    const client = await register(oidc)
    const { clientId, clientSecret } = client
    const { startUrl } = session
    const command = new StartDeviceAuthorizationCommand({ clientId, clientSecret, startUrl })
    const answer = await oidc.send(command)
    const { deviceCode, userCode, verificationUri, verificationUriComplete } = answer
    const url = verificationUriComplete || verificationUri
    if (!deviceCode || !userCode || !url) return failed(unavailable(startUrl, 'incomplete'))
    return succeeded({
      session,
      url,
      userCode,
      deviceCode,
      client,
      expiresAtMs: ports.now() + (answer.expiresIn ?? 0) * 1000,
      intervalMs: (answer.interval ?? USUAL_SECONDS) * 1000,
    })
  })
}

/**
 * Answers when the person has confirmed. Fails with `sign-in-needed` when they refused or the
 * request ran out, with `not-now` when `signal` was aborted. Silence ends nothing.
 */
export async function confirmedToken(
  ports: CredentialPorts,
  request: DeviceRequest,
  signal: AbortSignal,
  wait: Wait,
): Promise<Outcome<TokenFile>> {
  let intervalMs = request.intervalMs
  while (ports.now() < request.expiresAtMs) {
    try {
      await wait(intervalMs, signal)
    } catch {
      // The only thing that ends it early.
      return failed({ kind: 'not-now' })
    }
    const asked = await askOnce(ports, request, signal)
    if (signal.aborted) return failed({ kind: 'not-now' })
    if (asked.answer === 'token') return succeeded(asked.token)
    if (asked.answer === 'over') return failed(asked.failure)
    if (asked.answer === 'slower') intervalMs += SLOWER_MS
  }
  return failed(NOT_CONFIRMED)
}

type Asked =
  | { readonly answer: 'token'; readonly token: TokenFile }
  | { readonly answer: 'pending' | 'slower' }
  | { readonly answer: 'over'; readonly failure: Failure }

async function askOnce(
  ports: CredentialPorts,
  request: DeviceRequest,
  signal: AbortSignal,
): Promise<Asked> {
  const asked = await atOidc(ports, request.session, async (oidc): Promise<Outcome<Asked>> => {
    const { deviceCode } = request
    const { clientId, clientSecret } = request.client
    const command = new CreateTokenCommand({ clientId, clientSecret, deviceCode, grantType: GRANT })
    try {
      const answer = await oidc.send(command, { abortSignal: signal })
      return succeeded(tokenIn(answer, request, ports.now()))
    } catch (error) {
      if (signal.aborted) return succeeded({ answer: 'pending' })
      const known = meaningOf(error)
      if (known === null) throw error
      return succeeded(known)
    }
  })
  return asked.ok ? asked.value : { answer: 'pending' }
}

function tokenIn(answer: CreateTokenResponse, request: DeviceRequest, nowMs: number): Asked {
  const { accessToken, expiresIn, refreshToken } = answer
  if (!accessToken) return { answer: 'over', failure: NOT_CONFIRMED }
  const { session, client } = request
  const token = {
    startUrl: session.startUrl,
    region: session.region,
    accessToken,
    expiresAt: utcText(nowMs + (expiresIn ?? 0) * 1000),
    ...client,
    ...(refreshToken ? { refreshToken } : {}),
  }
  return { answer: 'token', token }
}

/** Null for what is no answer of the service's. */
function meaningOf(error: unknown): Asked | null {
  if (!(error instanceof Error) || !('$fault' in error)) return null
  if (error.name === 'AuthorizationPendingException') return { answer: 'pending' }
  if (error.name === 'SlowDownException') return { answer: 'slower' }
  return error.$fault === 'client' ? { answer: 'over', failure: NOT_CONFIRMED } : null
}

async function register(oidc: SSOOIDCClient): Promise<Registration> {
  const command = new RegisterClientCommand({
    clientName: 'Ferry',
    clientType: 'public',
    scopes: SCOPES,
    grantTypes: [GRANT, 'refresh_token'],
  })
  const { clientId = '', clientSecret = '', clientSecretExpiresAt = 0 } = await oidc.send(command)
  return { clientId, clientSecret, registrationExpiresAt: utcText(clientSecretExpiresAt * 1000) }
}

async function atOidc<T>(
  ports: CredentialPorts,
  session: SsoSession,
  work: (client: SSOOIDCClient) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const files = await readAwsFiles(ports.environment)
  const way = clientWay(ports, files, 'sso_oidc', session.region, session.profile)
  const client = new SSOOIDCClient(way)
  try {
    return await work(client)
  } catch (error) {
    return failed(failureAtOidc(error, session.startUrl))
  } finally {
    client.destroy()
  }
}

/** A start URL that nobody knows is refused like a role, and is a slip of the pen. */
function failureAtOidc(error: unknown, startUrl: string): Failure {
  const isUnknown = error instanceof Error && error.name === 'InvalidRequestException'
  return isUnknown ? unavailable(startUrl, 'incomplete') : failureOfKeys(error, startUrl)
}
