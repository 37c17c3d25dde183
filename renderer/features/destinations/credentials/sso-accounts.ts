import type { SsoAccount } from '../../../../electron/contract/commands/credentials.ts'
import type { CommandOutput } from '../../../../electron/contract/commands.ts'
import { unreachable } from '../../../../electron/lib/unreachable.ts'
import { formatCount } from '../../../design/format.ts'
import { failureSentence } from '../../../failures/failure-text.ts'
import { type FormDraft, withFields } from '../connect/form-draft.ts'
import type { RemoteData } from '../remote-data.ts'

export type AccountsData = RemoteData<CommandOutput<'listSsoAccounts'>>

export function rolesOf(accounts: readonly SsoAccount[], accountId: string): readonly string[] {
  return accounts.find((each) => each.accountId === accountId.trim())?.roleNames ?? []
}

/** With the role, when there is nothing to choose; without one that the account does not have. */
export function withAccount(
  form: FormDraft,
  accountId: string,
  accounts: readonly SsoAccount[],
): FormDraft {
  const roles = rolesOf(accounts, accountId)
  const { ssoRoleName } = form.draft
  const only = roles.length === 1 ? roles[0] : undefined
  return withFields(form, {
    ssoAccountId: accountId,
    ssoRoleName: only ?? (roles.includes(ssoRoleName) ? ssoRoleName : ''),
  })
}

export function accountsText(seen: AccountsData): string {
  switch (seen.phase) {
    case 'unasked':
      return 'Then choose the account and the role.'
    case 'asking':
      return 'Asking which accounts you may use…'
    case 'known':
      return signedInText(seen.value.accounts.length)
    case 'refused':
      return seen.failure.kind === 'sign-in-needed'
        ? 'Sign in first, or type the account and the role.'
        : failureSentence(seen.failure)
    default:
      return unreachable(seen)
  }
}

function signedInText(count: number): string {
  if (count === 0) return 'You are signed in, and may use no account there.'
  return `You are signed in: ${formatCount(count, 'account', 'accounts')} to choose from.`
}
