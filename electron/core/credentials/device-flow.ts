import { setTimeout } from 'node:timers/promises'
import {
  CreateTokenCommand,
  type CreateTokenResponse,
  RegisterClientCommand,
  SSOOIDCClient,
  StartDeviceAuthorizationCommand,
} from '@aws-sdk/client-sso-oidc'
import type { Failure } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { isPrintable } from '../../contract/plain-text.ts'
import { isLoopbackHost } from '../../lib/loopback-address.ts'
import { type CredentialPorts, clientConfig } from './aws-clients.ts'
import { readAwsFiles } from './aws-profiles.ts'
import { credentialFailure, keysUnavailable } from './credential-result.ts'
import { lifeMs, type SsoSession, type TokenFile, utcText } from './sso-tokens.ts'

/** The code that the user must confirm, and its page: datatracker.ietf.org/doc/html/rfc8628 */
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

/** Tests replace it so that they need not wait. Rejects when `signal` is aborted. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<unknown>
export const realWait: Wait = (ms, signal) => setTimeout(ms, undefined, { signal })

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
/** Allows renewing the token without the user, and requesting keys with it. */
const SCOPES = ['sso:account:access']
const DEFAULT_INTERVAL_SECONDS = 5
const SLOW_DOWN_MS = 5000
const NOT_CONFIRMED: Failure = { kind: 'sign-in-needed', by: 'browser' }

/** Requests a page and a code. */
export async function requestDeviceCode(
  ports: CredentialPorts,
  session: SsoSession,
): Promise<Outcome<DeviceRequest>> {
  return withOidcClient(ports, session, async (oidc) => {
    const client = await register(oidc)
    const { clientId, clientSecret } = client
    const { startUrl } = session
    const command = new StartDeviceAuthorizationCommand({ clientId, clientSecret, startUrl })
    const answer = await oidc.send(command)
    const { deviceCode, userCode = '' } = answer
    const url = pageOf(answer.verificationUriComplete) ?? pageOf(answer.verificationUri)
    if (!deviceCode || !USER_CODE.test(userCode) || url === null) {
      return failed(keysUnavailable(startUrl, 'incomplete'))
    }
    return succeeded({
      session,
      url,
      userCode,
      deviceCode,
      client,
      expiresAtMs: ports.now() + clamp(lifeMs(answer.expiresIn), 0, MAX_WAIT_MS),
      intervalMs: clamp(
        lifeMs(answer.interval ?? DEFAULT_INTERVAL_SECONDS),
        MIN_INTERVAL_MS,
        MAX_INTERVAL_MS,
      ),
    })
  })
}

/** Short and plain, since the user compares it: RFC 8628, section 6.1. */
const USER_CODE = /^[A-Za-z0-9](?:[A-Za-z0-9-]{2,18}[A-Za-z0-9])$/
/** AWS allows ten minutes. */
const MAX_WAIT_MS = 30 * 60_000
const MIN_INTERVAL_MS = 1000
const MAX_INTERVAL_MS = 60_000
const MAX_URL_LENGTH = 2000

/**
 * The confirmation page, as it will be opened and shown. Null: it is not https (http is accepted
 * only for this computer), or its URL has a user in front of the host, which looks like another
 * host.
 */
function pageOf(said: string | undefined): string | null {
  const url = URL.parse(said ?? '')
  if (url === null || url.href.length > MAX_URL_LENGTH) return null
  if (url.username !== '' || url.password !== '') return null
  const isSafe =
    url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
  return isSafe ? url.href : null
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}

/**
 * Answers when the user has confirmed. Fails with `sign-in-needed` if the user refused or the
 * request expired, and with `aborted` if `signal` was aborted. A silent service does not end it.
 */
export async function pollForToken(
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
      // Only the signal ends the wait early.
      return failed({ kind: 'aborted' })
    }
    const asked = await pollOnce(ports, request, signal)
    if (signal.aborted) return failed({ kind: 'aborted' })
    if (asked.answer === 'token') return succeeded(asked.token)
    if (asked.answer === 'over') return failed(asked.failure)
    if (asked.answer === 'slower') intervalMs += SLOW_DOWN_MS
  }
  return failed(NOT_CONFIRMED)
}

type PollResult =
  | { readonly answer: 'token'; readonly token: TokenFile }
  | { readonly answer: 'pending' | 'slower' }
  | { readonly answer: 'over'; readonly failure: Failure }

async function pollOnce(
  ports: CredentialPorts,
  request: DeviceRequest,
  signal: AbortSignal,
): Promise<PollResult> {
  const asked = await withOidcClient(
    ports,
    request.session,
    async (oidc): Promise<Outcome<PollResult>> => {
      const { deviceCode } = request
      const { clientId, clientSecret } = request.client
      const command = new CreateTokenCommand({
        clientId,
        clientSecret,
        deviceCode,
        grantType: GRANT,
      })
      try {
        const answer = await oidc.send(command, { abortSignal: signal })
        return succeeded(tokenIn(answer, request, ports.now()))
      } catch (error) {
        if (signal.aborted) return succeeded({ answer: 'pending' })
        const known = meaningOf(error)
        if (known === null) throw error
        return succeeded(known)
      }
    },
  )
  return asked.ok ? asked.value : { answer: 'pending' }
}

function tokenIn(answer: CreateTokenResponse, request: DeviceRequest, nowMs: number): PollResult {
  const { accessToken, expiresIn, refreshToken } = answer
  if (!accessToken || !isPrintable(accessToken)) return { answer: 'over', failure: NOT_CONFIRMED }
  const { session, client } = request
  const token = {
    startUrl: session.startUrl,
    region: session.region,
    accessToken,
    expiresAt: utcText(nowMs + lifeMs(expiresIn)),
    ...client,
    ...(refreshToken ? { refreshToken } : {}),
  }
  return { answer: 'token', token }
}

/** Null if the error is not an answer of the service. */
function meaningOf(error: unknown): PollResult | null {
  if (!(error instanceof Error) || !('$fault' in error)) return null
  if (error.name === 'AuthorizationPendingException') return { answer: 'pending' }
  if (error.name === 'SlowDownException') return { answer: 'slower' }
  return error.$fault === 'client' ? { answer: 'over', failure: NOT_CONFIRMED } : null
}

/** The last moment of the year 9999, since botocore reads four digits. */
const LAST_SECOND = 253_402_300_799

async function register(oidc: SSOOIDCClient): Promise<Registration> {
  const command = new RegisterClientCommand({
    clientName: 'Ferry',
    clientType: 'public',
    scopes: SCOPES,
    grantTypes: [GRANT, 'refresh_token'],
  })
  const { clientId = '', clientSecret = '', clientSecretExpiresAt = 0 } = await oidc.send(command)
  const isTime = clientSecretExpiresAt > 0 && clientSecretExpiresAt <= LAST_SECOND
  const registrationExpiresAt = utcText(isTime ? clientSecretExpiresAt * 1000 : 0)
  return { clientId, clientSecret, registrationExpiresAt }
}

async function withOidcClient<T>(
  ports: CredentialPorts,
  session: SsoSession,
  work: (client: SSOOIDCClient) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const files = await readAwsFiles(ports.environment)
  let client: SSOOIDCClient | null = null
  try {
    const way = clientConfig(ports, files, 'sso_oidc', session.region, session.profile)
    client = new SSOOIDCClient(way)
    return await work(client)
  } catch (error) {
    return failed(oidcFailure(error, session.startUrl))
  } finally {
    client?.destroy()
  }
}

/** An unknown start URL is refused like a role, but it is a typing error. */
function oidcFailure(error: unknown, startUrl: string): Failure {
  const isUnknown = error instanceof Error && error.name === 'InvalidRequestException'
  return isUnknown ? keysUnavailable(startUrl, 'incomplete') : credentialFailure(error, startUrl)
}
