import * as z from 'zod/mini'
import { type Answered, type Asked, json } from './exchange.ts'

const Form = z.looseObject({
  clientId: z.optional(z.string()),
  clientSecret: z.optional(z.string()),
  startUrl: z.optional(z.string()),
  deviceCode: z.optional(z.string()),
  refreshToken: z.optional(z.string()),
  grantType: z.optional(z.string()),
})
type Form = z.infer<typeof Form>

/** The user's actions, one for each poll of the token. */
export type PersonDoes =
  | 'nothing'
  | 'is-asked-too-often'
  | 'confirms'
  | 'refuses'
  | 'waits-too-long'

const PAGE = 'https://device.sso.example/'
const DEVICE = 'device-code'
const USER_CODE = 'ABCD-EFGH'
const CLIENT = { clientId: 'ferry-client', clientSecret: 'ferry-client-secret' }

/** The sign-in of IAM Identity Center: docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/ */
export class Oidc {
  readonly startUrls = new Set<string>()
  /** The last one is repeated forever. */
  person: PersonDoes[] = ['confirms']
  tokenSeconds = 28_800
  expiresInSeconds = 600
  intervalSeconds = 1
  readonly page = `${PAGE}?user_code=${USER_CODE}`
  readonly userCode = USER_CODE
  /** Valid access tokens. */
  readonly accessTokens = new Set<string>()
  readonly #refreshTokens = new Set<string>()
  #issuedCount = 0
  /** The grant types of the token requests: polls with the device code, and renewals. */
  readonly grants: string[] = []

  /** The user signs out everywhere: no token is valid any more. */
  endSessions(): void {
    this.accessTokens.clear()
    this.#refreshTokens.clear()
  }

  answer({ path, body }: Asked): Answered {
    const form = Form.parse(JSON.parse(body))
    if (path === '/client/register') {
      const seconds = Math.floor(Date.now() / 1000)
      return json(200, {
        ...CLIENT,
        clientIdIssuedAt: seconds,
        clientSecretExpiresAt: seconds + 90 * 86_400,
      })
    }
    if (form.clientId !== CLIENT.clientId || form.clientSecret !== CLIENT.clientSecret) {
      return refused('InvalidClientException', 'invalid_client', 401)
    }
    if (path === '/device_authorization') return this.#device(form)
    this.grants.push(form.grantType ?? '')
    return form.grantType === 'refresh_token' ? this.#renewed(form) : this.#confirmed(form)
  }

  #device({ startUrl = '' }: Form): Answered {
    if (!this.startUrls.has(startUrl)) return refused('InvalidRequestException', 'invalid_request')
    return json(200, {
      deviceCode: DEVICE,
      userCode: USER_CODE,
      verificationUri: PAGE,
      verificationUriComplete: this.page,
      expiresIn: this.expiresInSeconds,
      interval: this.intervalSeconds,
    })
  }

  #confirmed({ deviceCode }: Form): Answered {
    if (deviceCode !== DEVICE) return refused('InvalidGrantException', 'invalid_grant')
    const [first, ...later] = this.person
    const does: PersonDoes = first ?? 'nothing'
    if (later.length > 0) this.person = later
    switch (does) {
      case 'confirms':
        return this.#issued()
      case 'nothing':
        return refused('AuthorizationPendingException', 'authorization_pending')
      case 'is-asked-too-often':
        return refused('SlowDownException', 'slow_down')
      case 'refuses':
        return refused('AccessDeniedException', 'access_denied')
      case 'waits-too-long':
        return refused('ExpiredTokenException', 'expired_token')
    }
  }

  #renewed({ refreshToken = '' }: Form): Answered {
    // Each refresh token is valid once.
    const isKnown = this.#refreshTokens.delete(refreshToken)
    return isKnown ? this.#issued() : refused('InvalidGrantException', 'invalid_grant')
  }

  #issued(): Answered {
    this.#issuedCount += 1
    const accessToken = `access-token-${this.#issuedCount}`
    const refreshToken = `refresh-token-${this.#issuedCount}`
    this.accessTokens.add(accessToken)
    this.#refreshTokens.add(refreshToken)
    return json(200, {
      accessToken,
      refreshToken,
      tokenType: 'Bearer',
      expiresIn: this.tokenSeconds,
    })
  }
}

function refused(name: string, error: string, status = 400): Answered {
  return json(status, { error, error_description: 'No.' }, name)
}
