import { randomUUID } from 'node:crypto'
import type { SignInId, SignInStep, SsoAccount } from '../../contract/commands/credentials.ts'
import type { CommandInput } from '../../contract/commands.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { CredentialPorts } from './aws-clients.ts'
import { readAwsFiles } from './aws-profiles.ts'
import type { CredentialCache, FoundSource } from './credential-cache.ts'
import { keysUnavailable, OneTimeCode } from './credential-result.ts'
import {
  type DeviceRequest,
  pollForToken,
  realWait,
  requestDeviceCode,
  type Wait,
} from './device-flow.ts'
import { listAccounts } from './sso-portal.ts'
import { type SsoSession, sessionOfUrl } from './sso-tokens.ts'

interface SignIn {
  readonly step: Extract<SignInStep, { step: 'browser' }>
  readonly cacheKey: string
  readonly controller: AbortController
  readonly done: Promise<Outcome<null>>
  readonly source: FoundSource
}

/** The contract's limit. */
const MAX_SERIAL = 300

/** The steps for keys that only the user can take: confirm on a page, type a device's code. */
export class SignIns {
  readonly #ports: CredentialPorts
  readonly #ring: CredentialCache
  readonly #wait: Wait
  readonly #pending = new Map<SignInId, SignIn>()

  constructor(ports: CredentialPorts, ring: CredentialCache, wait: Wait = realWait) {
    this.#ports = ports
    this.#ring = ring
    this.#wait = wait
  }

  /** Fails with `sign-in-needed` for a code that is wrong or was used before. */
  async begin({ source, code }: CommandInput<'signIn'>): Promise<Outcome<SignInStep>> {
    if (source.kind === 'keys') return failed({ kind: 'wrong-state' })
    return this.#next(source, code === null ? null : new OneTimeCode(code))
  }

  /** Answers the next step after the page was confirmed; `aborted` if it was cancelled. */
  async end(signInId: SignInId): Promise<Outcome<SignInStep>> {
    const signIn = this.#pending.get(signInId)
    if (signIn === undefined) return failed({ kind: 'unknown-id' })
    const done = await signIn.done
    this.#pending.delete(signInId)
    return done.ok ? this.#next(signIn.source, null) : done
  }

  cancel(signInId: SignInId): Outcome<Record<string, never>> {
    this.#pending.get(signInId)?.controller.abort()
    return succeeded({})
  }

  async accounts(
    startUrl: string,
    ssoRegion: string,
  ): Promise<Outcome<{ accounts: SsoAccount[] }>> {
    const session = await this.#sessionAt(startUrl, ssoRegion)
    if (!session.ok) return session
    const token = await this.#ring.tokens.current(session.value)
    if (!token.ok) return token
    const accounts = await listAccounts(this.#ports, session.value, token.value)
    return accounts.ok ? succeeded({ accounts: accounts.value }) : accounts
  }

  /** True for the page of a sign-in that waits for the user. */
  isSignInPage(url: string): boolean {
    return [...this.#pending.values()].some(({ step }) => step.url === url)
  }

  close(): void {
    for (const { controller } of this.#pending.values()) controller.abort()
    this.#pending.clear()
  }

  async #next(source: FoundSource, code: OneTimeCode | null): Promise<Outcome<SignInStep>> {
    if (source.kind === 'sso' && (source.accountId === '' || source.roleName === '')) {
      return this.#withoutRole(source)
    }
    const obtained = await this.#ring.obtain(source, code)
    switch (obtained.got) {
      case 'keys':
        return succeeded({ step: 'ready', expiresAtMs: obtained.keys.expiresAtMs })
      case 'code-needed':
        return succeeded({ step: 'code', serial: obtained.serial.slice(0, MAX_SERIAL) })
      case 'browser-needed':
        return this.#inBrowser(obtained.session, source)
      case 'failure':
        return failed(obtained.failure)
      default:
        return unreachable(obtained)
    }
  }

  /** Signs in before an account is chosen, because only a signed-in user can list the accounts. */
  async #withoutRole(source: Extract<FoundSource, { kind: 'sso' }>): Promise<Outcome<SignInStep>> {
    const session = await this.#sessionAt(source.startUrl, source.ssoRegion)
    if (!session.ok) return session
    const token = await this.#ring.tokens.current(session.value)
    if (token.ok) return succeeded({ step: 'ready', expiresAtMs: token.value.expiresAtMs })
    const isSignIn = token.failure.kind === 'sign-in-needed'
    return isSignIn ? this.#inBrowser(session.value, source) : token
  }

  async #inBrowser(session: SsoSession, source: FoundSource): Promise<Outcome<SignInStep>> {
    const request = await requestDeviceCode(this.#ports, session)
    if (!request.ok) return request
    this.#endOthers(session)
    const { url, userCode, expiresAtMs } = request.value
    const signInId = randomUUID() as SignInId
    const step = { step: 'browser', signInId, url, userCode, expiresAtMs } as const
    const controller = new AbortController()
    const done = this.#confirmed(request.value, controller.signal)
    // The caller may fetch the result later, or never.
    done.catch(() => undefined)
    const { cacheKey } = session
    this.#pending.set(signInId, { step, cacheKey, controller, done, source })
    return succeeded(step)
  }

  async #confirmed(request: DeviceRequest, signal: AbortSignal): Promise<Outcome<null>> {
    const token = await pollForToken(this.#ports, request, signal, this.#wait)
    if (!token.ok) return token
    await this.#ring.tokens.put(request.session, token.value)
    return succeeded(null)
  }

  /** A reloaded page signs in again; it can no longer use the code that it showed before. */
  #endOthers({ cacheKey }: SsoSession): void {
    const nowMs = this.#ports.now()
    for (const [signInId, other] of this.#pending) {
      if (other.cacheKey !== cacheKey && other.step.expiresAtMs > nowMs) continue
      other.controller.abort()
      this.#pending.delete(signInId)
    }
  }

  async #sessionAt(startUrl: string, ssoRegion: string): Promise<Outcome<SsoSession>> {
    await this.#ports.readShell?.()
    const files = await readAwsFiles(this.#ports.environment)
    const session = sessionOfUrl(files, startUrl.trim(), ssoRegion.trim())
    return session === null ? failed(keysUnavailable(startUrl, 'incomplete')) : succeeded(session)
  }
}
