import { CreateTokenCommand, SSOOIDCClient } from '@aws-sdk/client-sso-oidc'
import type { Failure } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { isPrintable } from '../../contract/plain-text.ts'
import { type CredentialPorts, clientWay } from './aws-clients.ts'
import { readAwsFiles } from './aws-files.ts'
import { failureOfKeys } from './keys-failure.ts'
import {
  lifeMs,
  readToken,
  type SsoSession,
  type TokenFile,
  utcText,
  writeToken,
} from './sso-token-file.ts'

export interface SsoToken {
  readonly accessToken: string
  readonly expiresAtMs: number
}

/** The AWS tools renew as early. */
const EARLY_MS = 5 * 60_000
const SIGN_IN: Failure = { kind: 'sign-in-needed', by: 'browser' }

/** Tokens of IAM Identity Center: read from the cache that the AWS tools share, renewed there. */
export class SsoTokens {
  readonly #ports: CredentialPorts
  /** A refresh token may serve once only. */
  readonly #running = new Map<string, Promise<Outcome<SsoToken>>>()

  /** Where `~/.aws` may not be written to, they serve until Ferry ends. */
  readonly #unwritten = new Map<string, TokenFile>()

  constructor(ports: CredentialPorts) {
    this.#ports = ports
  }

  /** Fails with `sign-in-needed` when only the person can get one. */
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
      // The other tools then know nothing of it, and Ferry goes on.
      this.#unwritten.set(session.cacheKey, token)
    }
  }

  async #find(session: SsoSession): Promise<Outcome<SsoToken>> {
    const file =
      this.#unwritten.get(session.cacheKey) ?? (await readToken(this.#ports.environment, session))
    if (file === null || !isPrintable(file.accessToken)) return failed(SIGN_IN)
    const token = { accessToken: file.accessToken, expiresAtMs: Date.parse(file.expiresAt) || 0 }
    const nowMs = this.#ports.now()
    if (token.expiresAtMs - EARLY_MS > nowMs) return succeeded(token)
    const renewed = await this.#renew(session, file)
    return renewed.ok || token.expiresAtMs <= nowMs ? renewed : succeeded(token)
  }

  async #renew(session: SsoSession, file: TokenFile): Promise<Outcome<SsoToken>> {
    const { clientId, clientSecret, refreshToken } = file
    if (!clientId || !clientSecret || !refreshToken) return failed(SIGN_IN)
    const { environment } = this.#ports
    const files = await readAwsFiles(environment)
    let client: SSOOIDCClient | null = null
    try {
      const way = clientWay(this.#ports, files, 'sso_oidc', session.region, session.profile)
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
      if (!accessToken || !isPrintable(accessToken)) return failed(SIGN_IN)
      const expiresAtMs = this.#ports.now() + lifeMs(expiresIn)
      await this.put(session, {
        ...file,
        accessToken,
        expiresAt: utcText(expiresAtMs),
        refreshToken: answer.refreshToken ?? refreshToken,
      })
      return succeeded({ accessToken, expiresAtMs })
    } catch (error) {
      // Whatever it refuses here, a new sign-in mends; silence and a busy server do not last.
      return failed(isRefusal(error) ? SIGN_IN : failureOfKeys(error, session.startUrl))
    } finally {
      client?.destroy()
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && '$fault' in error && error.$fault === 'client'
}
