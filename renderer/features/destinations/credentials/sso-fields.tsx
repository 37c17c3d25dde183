import { unreachable } from '../../../../electron/lib/unreachable.ts'
import { Button } from '../../../design/button.tsx'
import { ComboboxField } from '../../../design/combobox-field.tsx'
import { TextField } from '../../../design/field.tsx'
import { formatCount } from '../../../design/format.ts'
import { failureSentence } from '../../../failures/failure-text.ts'
import { fieldProps, fieldTexts } from '../connect/field-props.ts'
import { rolesOf } from '../connect/form-draft.ts'
import type { Accounts } from '../connect/form-reducer.ts'
import type { ConnectForm } from '../connect/use-connect-form.ts'
import type { RemoteData } from '../remote-data.ts'

/** Users who know their account and role can type them without signing in first. */
export function SsoFields({ form }: { readonly form: ConnectForm }) {
  const { accounts } = form.state
  const isWhereKnown = form.draft.ssoStartUrl.trim() !== '' && form.draft.ssoRegion.trim() !== ''
  const known = accounts.phase === 'loaded' ? accounts.value.accounts : []
  return (
    <>
      <TextField
        {...fieldProps(form, 'ssoStartUrl')}
        inputMode="url"
        placeholder="https://my-company.awsapps.com/start"
      />
      <TextField {...fieldProps(form, 'ssoRegion')} placeholder="eu-central-1" />
      <div className="connect-wide sso-sign-in">
        <Button
          disabled={!isWhereKnown}
          onClick={() => form.dispatch({ type: 'sign-in-opened', next: 'list-accounts' })}
        >
          Sign in…
        </Button>
        <span role="status" className="field-hint">
          {accountsText(accounts)}
        </span>
      </div>
      <ComboboxField
        {...fieldTexts(form, 'ssoAccountId')}
        value={form.draft.ssoAccountId}
        suggestions={known.map(({ accountId, name }) => ({ value: accountId, aside: name }))}
        listLabel="Show accounts"
        placeholder="123456789012"
        onType={(value) => form.dispatch({ type: 'typed', field: 'ssoAccountId', value })}
        onPick={(accountId) => form.dispatch({ type: 'account-chosen', accountId })}
        onList={() => void form.listAccounts()}
      />
      <ComboboxField
        {...fieldTexts(form, 'ssoRoleName')}
        value={form.draft.ssoRoleName}
        suggestions={rolesOf(known, form.draft.ssoAccountId).map((value) => ({ value }))}
        listLabel="Show roles"
        onType={(value) => form.dispatch({ type: 'typed', field: 'ssoRoleName', value })}
        onPick={(value) => form.dispatch({ type: 'typed', field: 'ssoRoleName', value })}
      />
    </>
  )
}

export function accountsText(accounts: RemoteData<Accounts>): string {
  switch (accounts.phase) {
    case 'idle':
      return 'Then choose the account and the role.'
    case 'loading':
      return 'Loading your accounts…'
    case 'loaded':
      return signedInText(accounts.value.accounts.length)
    case 'failed':
      return accounts.failure.kind === 'sign-in-needed'
        ? 'Sign in first, or type the account and the role.'
        : failureSentence(accounts.failure)
    default:
      return unreachable(accounts)
  }
}

function signedInText(count: number): string {
  if (count === 0) return 'You are signed in, but have no accounts there.'
  return `You are signed in: ${formatCount(count, 'account', 'accounts')} to choose from.`
}
