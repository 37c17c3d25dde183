import {
  GetRoleCredentialsCommand,
  paginateListAccountRoles,
  paginateListAccounts,
  SSOClient,
} from '@aws-sdk/client-sso'
import type { SsoAccount } from '../../contract/credentials.ts'
import type { Failure } from '../../contract/failure.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { type CredentialPorts, clientWay } from './aws-clients.ts'
import { readAwsFiles } from './aws-files.ts'
import type { Keys } from './keys.ts'
import { failureOfKeys, unavailable } from './keys-failure.ts'
import type { SsoSession } from './sso-token-file.ts'
import type { SsoToken } from './sso-tokens.ts'

export interface SsoRole {
  readonly accountId: string
  readonly roleName: string
}

/** The portal takes a few questions at a time before it asks to slow down. */
const AT_ONCE = 4

/** Keys of a role that the signed-in person may take. */
export function roleKeys(
  ports: CredentialPorts,
  session: SsoSession,
  token: SsoToken,
  role: SsoRole,
): Promise<Outcome<Keys>> {
  return atPortal(ports, session, role.roleName, async (client) => {
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
      return failed(unavailable(role.roleName, 'role-refused'))
    }
    const expiresAtMs = expiration || null
    return succeeded({ accessKeyId, secretAccessKey, sessionToken, expiresAtMs })
  })
}

/** What the signed-in person may use, by name. */
export function seenAccounts(
  ports: CredentialPorts,
  session: SsoSession,
  { accessToken }: SsoToken,
): Promise<Outcome<SsoAccount[]>> {
  return atPortal(ports, session, session.startUrl, async (client) => {
    const found: SsoAccount[] = []
    for await (const page of paginateListAccounts({ client }, { accessToken })) {
      for (const { accountId = '', accountName = '' } of page.accountList ?? []) {
        found.push({ accountId, name: accountName.slice(0, 300), roleNames: [] })
      }
    }
    const named = await eachOf(found, async (account) => {
      const roleNames = await roleNamesOf(client, accessToken, account.accountId)
      return { ...account, roleNames }
    })
    return succeeded(named.sort((one, other) => one.name.localeCompare(other.name, 'en')))
  })
}

async function roleNamesOf(
  client: SSOClient,
  accessToken: string,
  accountId: string,
): Promise<string[]> {
  const names: string[] = []
  for await (const page of paginateListAccountRoles({ client }, { accessToken, accountId })) {
    for (const { roleName } of page.roleList ?? []) if (roleName) names.push(roleName)
  }
  return names.sort()
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<T>): Promise<T[]> {
  const done: T[] = []
  for (let start = 0; start < items.length; start += AT_ONCE) {
    done.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))))
  }
  return done
}

async function atPortal<T>(
  ports: CredentialPorts,
  session: SsoSession,
  source: string,
  work: (client: SSOClient) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const files = await readAwsFiles(ports.environment)
  const client = new SSOClient(clientWay(ports, files, 'sso', session.region, session.profile))
  try {
    return await work(client)
  } catch (error) {
    return failed(failureAtPortal(error, source))
  } finally {
    client.destroy()
  }
}

/** 401: the sign-in was ended elsewhere, whatever its token's file says. */
function failureAtPortal(error: unknown, source: string): Failure {
  return error instanceof Error && error.name === 'UnauthorizedException'
    ? { kind: 'sign-in-needed', by: 'browser' }
    : failureOfKeys(error, source)
}
