import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateTokenCommand, SSOOIDCClient } from '@aws-sdk/client-sso-oidc'
import * as z from 'zod/mini'
import type { Failure } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { isPrintable } from '../../contract/plain-text.ts'
import { replaceFile } from '../../files/replace-file.ts'
import type { Environment } from '../ports.ts'
import { type CredentialPorts, clientConfig } from './aws-clients.ts'
import { type AwsFiles, awsPaths, readAwsFiles, type Section } from './aws-profiles.ts'
import { credentialFailure } from './credential-result.ts'

export interface SsoToken {
  readonly accessToken: string
  readonly expiresAtMs: number
}

/** The AWS tools renew just as early. */
const RENEW_EARLY_MS = 5 * 60_000
const SIGN_IN_NEEDED: Failure = { kind: 'sign-in-needed', by: 'browser' }

/**
 * Tokens of IAM Identity Center: read from the cache that the AWS tools share, and renewed there.
 */
export class SsoTokens {
  readonly #ports: CredentialPorts
  /** Some refresh tokens can be used only once. */
  readonly #running = new Map<string, Promise<Outcome<SsoToken>>>()

  /** Tokens that cannot be written to `~/.aws` are kept in memory until Ferry stops. */
  readonly #unwritten = new Map<string, TokenFile>()

  constructor(ports: CredentialPorts) {
    this.#ports = ports
  }

  /** Fails with `sign-in-needed` if the user has to sign in. */
  current(session: SsoSession): Promise<Outcome<SsoToken>> {
    const running = this.#running.get(session.cacheKey)
    if (running !== undefined) return running
    const begun = this.#find(session).finally(() => this.#running.delete(session.cacheKey))
    this.#running.set(session.cacheKey, begun)
    return begun
  }

  async put(session: SsoSession, token: TokenFile): Promise<void> {
    try {
      await writeToken(this.#ports.environment, session, token)
      this.#unwritten.delete(session.cacheKey)
    } catch {
      // The other tools then do not see the new token, and Ferry continues.
      this.#unwritten.set(session.cacheKey, token)
    }
  }

  async #find(session: SsoSession): Promise<Outcome<SsoToken>> {
    const file =
      this.#unwritten.get(session.cacheKey) ?? (await readToken(this.#ports.environment, session))
    if (file === null || !isPrintable(file.accessToken)) return failed(SIGN_IN_NEEDED)
    const token = { accessToken: file.accessToken, expiresAtMs: Date.parse(file.expiresAt) || 0 }
    const nowMs = this.#ports.now()
    if (token.expiresAtMs - RENEW_EARLY_MS > nowMs) return succeeded(token)
    const renewed = await this.#renew(session, file)
    return renewed.ok || token.expiresAtMs <= nowMs ? renewed : succeeded(token)
  }

  async #renew(session: SsoSession, file: TokenFile): Promise<Outcome<SsoToken>> {
    const { clientId, clientSecret, refreshToken } = file
    if (!clientId || !clientSecret || !refreshToken) return failed(SIGN_IN_NEEDED)
    const { environment } = this.#ports
    const files = await readAwsFiles(environment)
    let client: SSOOIDCClient | null = null
    try {
      const way = clientConfig(this.#ports, files, 'sso_oidc', session.region, session.profile)
      client = new SSOOIDCClient(way)
      const answer = await client.send(
        new CreateTokenCommand({
          clientId,
          clientSecret,
          refreshToken,
          grantType: 'refresh_token',
        }),
      )
      const { accessToken, expiresIn } = answer
      if (!accessToken || !isPrintable(accessToken)) return failed(SIGN_IN_NEEDED)
      const expiresAtMs = this.#ports.now() + lifeMs(expiresIn)
      await this.put(session, {
        ...file,
        accessToken,
        expiresAt: utcText(expiresAtMs),
        refreshToken: answer.refreshToken ?? refreshToken,
      })
      return succeeded({ accessToken, expiresAtMs })
    } catch (error) {
      // A new sign-in fixes every refusal here; silence and a busy server are temporary.
      return failed(isRefusal(error) ? SIGN_IN_NEEDED : credentialFailure(error, session.startUrl))
    } finally {
      client?.destroy()
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && '$fault' in error && error.$fault === 'client'
}

/** The session where a profile signs in; null if the profile says too little. */
export function sessionOfProfile(
  files: AwsFiles,
  profile: string,
  section: Section,
): SsoSession | null {
  const named = section.sso_session
  // Without a separate session:
  // docs.aws.amazon.com/cli/latest/userguide/sso-configure-profile-legacy.html
  const says = named === undefined ? section : files.ssoSessions.get(named)
  const startUrl = says?.sso_start_url ?? ''
  const region = says?.sso_region ?? ''
  if (startUrl === '' || !isRegion(region)) return null
  return { cacheKey: named ?? startUrl, startUrl, region, profile }
}

/**
 * The session of a sign-in without a profile; an existing session of the same start URL is shared.
 */
export function sessionOfUrl(files: AwsFiles, startUrl: string, region: string): SsoSession | null {
  if (!URL.canParse(startUrl) || !isRegion(region)) return null
  const [shared] = [...files.ssoSessions].find(
    ([, says]) => says.sso_start_url === startUrl && says.sso_region === region,
  ) ?? [startUrl]
  return { cacheKey: shared, startUrl, region, profile: null }
}

/** It becomes a part of a host name. */
function isRegion(region: string): boolean {
  return /^[a-z0-9-]{1,63}$/.test(region)
}

/** A sign-in at IAM Identity Center, as the AWS tools share it. */
export interface SsoSession {
  /** Determines the file's name: the session's name, or the start URL if there is none. */
  readonly cacheKey: string
  readonly startUrl: string
  readonly region: string
  /** The profile whose settings may name endpoints. */
  readonly profile: string | null
}

/** The fields that botocore writes; others are left unchanged. */
const TokenFile = z.looseObject({
  accessToken: z.string().check(z.minLength(1)),
  expiresAt: z.string(),
  clientId: z.optional(z.string()),
  clientSecret: z.optional(z.string()),
  registrationExpiresAt: z.optional(z.string()),
  refreshToken: z.optional(z.string()),
})
export type TokenFile = z.infer<typeof TokenFile>

/** Null if there is none that can be parsed. */
async function readToken(environment: Environment, session: SsoSession): Promise<TokenFile | null> {
  try {
    const parsed = TokenFile.safeParse(
      JSON.parse(await readFile(tokenPath(environment, session), 'utf8')),
    )
    return parsed.success ? parsed.data : null
  } catch {
    // Absent before the first sign-in, or half written by another tool: sign in again.
    return null
  }
}

/** Written completely or not at all, and readable by this user alone. */
async function writeToken(
  environment: Environment,
  session: SsoSession,
  token: TokenFile,
): Promise<void> {
  const { ssoCache } = awsPaths(environment)
  await mkdir(ssoCache, { recursive: true, mode: 0o700 })
  await replaceFile(tokenPath(environment, session), JSON.stringify(token))
}

function tokenPath(environment: Environment, { cacheKey }: SsoSession): string {
  const name = createHash('sha1').update(cacheKey).digest('hex')
  return join(awsPaths(environment).ssoCache, `${name}.json`)
}

const MAX_LIFE_MS = 90 * 24 * 60 * 60_000

/** The lifetime of a credential: what the identity provider says, within the usual limits. */
export function lifeMs(seconds: number | undefined): number {
  const saidMs = Number.isFinite(seconds) ? (seconds ?? 0) * 1000 : 0
  return Math.min(Math.max(saidMs, 0), MAX_LIFE_MS)
}

/** botocore does not read fractions of a second everywhere. */
export function utcText(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z')
}
