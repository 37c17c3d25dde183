import {
  GetRoleCredentialsCommand,
  ListAccountRolesCommand,
  type ListAccountRolesResponse,
  ListAccountsCommand,
  type ListAccountsResponse,
  SSOClient,
} from '@aws-sdk/client-sso'
import type { SsoAccount } from '../../contract/commands/credentials.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { visibleText } from '../../contract/plain-text.ts'
import type { Keys } from '../s3/access-keys.ts'
import { readPages } from '../s3/read-pages.ts'
import { type CredentialPorts, clientConfig } from './aws-clients.ts'
import { readAwsFiles } from './aws-profiles.ts'
import { credentialFailure, keysUnavailable } from './credential-result.ts'
import type { SsoSession, SsoToken } from './sso-tokens.ts'

export interface SsoRole {
  readonly accountId: string
  readonly roleName: string
}

/** The portal accepts a few requests at a time before it throttles. */
const MAX_CONCURRENT_REQUESTS = 4

/** The largest date that JavaScript has. */
const MAX_DATE_MS = 8.64e15

/** Gets the keys of a role that the signed-in user may use. */
export function roleKeys(
  ports: CredentialPorts,
  session: SsoSession,
  token: SsoToken,
  role: SsoRole,
): Promise<Outcome<Keys>> {
  return withPortalClient(ports, session, role.roleName, async (client) => {
    const { accessToken } = token
    const answer = await client.send(new GetRoleCredentialsCommand({ ...role, accessToken }))
    // A store without sessions may be given keys without a token.
    const {
      accessKeyId,
      secretAccessKey,
      sessionToken = '',
      expiration,
    } = answer.roleCredentials ?? {}
    if (!accessKeyId || !secretAccessKey) {
      return failed(keysUnavailable(role.roleName, 'role-refused'))
    }
    const isTime = expiration !== undefined && expiration > 0 && expiration <= MAX_DATE_MS
    const expiresAtMs = isTime ? expiration : null
    return succeeded({ accessKeyId, secretAccessKey, sessionToken, expiresAtMs })
  })
}

/** More than a user reads through. Also ends the listing if the portal never does. */
const MAX_ACCOUNTS = 2000
const MAX_ROLES = 200
const MAX_PAGES = 50
/** The user looks at the form and waits. */
const LIST_MS = 2 * 60_000

/** docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_RoleCredentials.html: 12 digits */
const ACCOUNT_ID = /^\d{1,20}$/
/** docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/
const MAX_NAME_LENGTH = 128

/** The accounts and roles that the signed-in user may use, by name. */
export function listAccounts(
  ports: CredentialPorts,
  session: SsoSession,
  { accessToken }: SsoToken,
): Promise<Outcome<SsoAccount[]>> {
  const abortSignal = AbortSignal.timeout(LIST_MS)
  return withPortalClient(ports, session, session.startUrl, async (client) => {
    const pages = await readPages<ListAccountsResponse, string>({
      ask: async (nextToken) => {
        const command = new ListAccountsCommand({ accessToken, ...pageAt(nextToken) })
        return succeeded(await client.send(command, { abortSignal }))
      },
      next: ({ nextToken }) => nextToken || null,
      count: ({ accountList = [] }) => accountList.length,
      ...{ signal: abortSignal, maxPages: MAX_PAGES, maxEntries: MAX_ACCOUNTS },
    })
    if (!pages.ok) return pages
    const found = pages.value
      .flatMap(({ accountList = [] }) => accountList)
      .filter(({ accountId = '' }) => ACCOUNT_ID.test(accountId))
      .slice(0, MAX_ACCOUNTS)
      .map(({ accountId = '', accountName = '' }): SsoAccount => {
        return { accountId, name: visibleText(accountName, MAX_NAME_LENGTH), roleNames: [] }
      })
    const named = await mapInBatches(found, async (account) => {
      const roleNames = await listRoleNames(client, accessToken, account.accountId, abortSignal)
      return { ...account, roleNames }
    })
    return succeeded(named.sort((one, other) => one.name.localeCompare(other.name, 'en')))
  })
}

async function listRoleNames(
  client: SSOClient,
  accessToken: string,
  accountId: string,
  abortSignal: AbortSignal,
): Promise<string[]> {
  const pages = await readPages<ListAccountRolesResponse, string>({
    ask: async (nextToken) => {
      const command = new ListAccountRolesCommand({ accessToken, accountId, ...pageAt(nextToken) })
      return succeeded(await client.send(command, { abortSignal }))
    },
    next: ({ nextToken }) => nextToken || null,
    count: ({ roleList = [] }) => roleList.length,
    ...{ signal: abortSignal, maxPages: MAX_PAGES, maxEntries: MAX_ROLES },
  })
  const names = (pages.ok ? pages.value : [])
    .flatMap(({ roleList = [] }) => roleList)
    .flatMap(({ roleName = '' }) => (ROLE_NAME.test(roleName) ? [roleName] : []))
  return names.slice(0, MAX_ROLES).sort()
}

function pageAt(nextToken: string | null) {
  return nextToken === null ? {} : { nextToken }
}

async function mapInBatches<T>(items: readonly T[], work: (item: T) => Promise<T>): Promise<T[]> {
  const done: T[] = []
  for (let start = 0; start < items.length; start += MAX_CONCURRENT_REQUESTS) {
    done.push(...(await Promise.all(items.slice(start, start + MAX_CONCURRENT_REQUESTS).map(work))))
  }
  return done
}

async function withPortalClient<T>(
  ports: CredentialPorts,
  session: SsoSession,
  source: string,
  work: (client: SSOClient) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const files = await readAwsFiles(ports.environment)
  let client: SSOClient | null = null
  try {
    client = new SSOClient(clientConfig(ports, files, 'sso', session.region, session.profile))
    return await work(client)
  } catch (error) {
    return failed(portalFailure(error, source))
  } finally {
    client?.destroy()
  }
}

/** 401: the sign-in was ended elsewhere, whatever its token's file says. */
function portalFailure(error: unknown, source: string): Failure {
  return error instanceof Error && error.name === 'UnauthorizedException'
    ? { kind: 'sign-in-needed', by: 'browser' }
    : credentialFailure(error, source)
}
