import { type Answered, type Asked, json } from './exchange.ts'
import type { Oidc } from './oidc.ts'
import type { HandedOut } from './sts.ts'

export interface PortalAccount {
  readonly accountId: string
  readonly accountName: string
  readonly roles: Readonly<Record<string, HandedOut>>
}

/** The number of entries per page of a list. */
const PAGE = 2

/** The access portal: docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/ */
export class Portal {
  accounts: readonly PortalAccount[] = []
  roleSeconds = 3600
  takenCount = 0
  readonly #oidc: Oidc

  constructor(oidc: Oidc) {
    this.#oidc = oidc
  }

  answer({ path, query, headers }: Asked): Answered {
    if (!this.#oidc.accessTokens.has(String(headers['x-amz-sso_bearer_token']))) {
      return json(401, { message: 'Session token not found or invalid' }, 'UnauthorizedException')
    }
    const from = Number(query.get('next_token') ?? 0)
    if (path === '/assignment/accounts') {
      const accountList = this.accounts.map(({ accountId, accountName }) => ({
        accountId,
        accountName,
        emailAddress: 'any@example.org',
      }))
      return pageOf('accountList', accountList, from)
    }
    const account = this.accounts.find(({ accountId }) => accountId === query.get('account_id'))
    if (path === '/assignment/roles') {
      const names = Object.keys(account?.roles ?? {})
      return pageOf(
        'roleList',
        names.map((roleName) => ({ roleName })),
        from,
      )
    }
    const keys = account?.roles[query.get('role_name') ?? '']
    if (keys === undefined) return json(403, { message: 'No access' }, 'ForbiddenException')
    this.takenCount += 1
    const expiration = Date.now() + this.roleSeconds * 1000
    return json(200, { roleCredentials: { ...keys, expiration } })
  }
}

function pageOf(name: string, items: readonly object[], from: number): Answered {
  const next = from + PAGE
  return json(200, {
    [name]: items.slice(from, next),
    ...(next < items.length ? { nextToken: String(next) } : {}),
  })
}
