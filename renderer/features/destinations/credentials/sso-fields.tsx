import { Button } from '../../../design/button.tsx'
import { ComboboxField } from '../../../design/combobox-field.tsx'
import { TextField } from '../../../design/field.tsx'
import { fieldProps, fieldTexts } from '../connect/field-props.ts'
import type { ConnectForm } from '../connect/use-connect-form.ts'
import { accountsText, rolesOf } from './sso-accounts.ts'

/** Where to sign in, then as whom. Account and role can be typed by who knows them. */
export function SsoFields({ form }: { readonly form: ConnectForm }) {
  const seen = form.accounts
  const isWhereKnown = form.draft.ssoStartUrl.trim() !== '' && form.draft.ssoRegion.trim() !== ''
  const known = seen.phase === 'known' ? seen.value.accounts : []
  return (
    <>
      <TextField
        {...fieldProps(form, 'ssoStartUrl')}
        inputMode="url"
        placeholder="https://my-company.awsapps.com/start"
      />
      <TextField {...fieldProps(form, 'ssoRegion')} placeholder="eu-central-1" />
      <div className="connect-wide sso-sign-in">
        <Button disabled={!isWhereKnown} onClick={form.signInToChoose}>
          Sign in…
        </Button>
        <span role="status" className="field-hint">
          {accountsText(seen)}
        </span>
      </div>
      <ComboboxField
        {...fieldTexts(form, 'ssoAccountId')}
        value={form.draft.ssoAccountId}
        suggestions={known.map(({ accountId, name }) => ({ value: accountId, aside: name }))}
        listLabel="Show accounts"
        placeholder="123456789012"
        onType={(value) => form.type('ssoAccountId', value)}
        onPick={form.chooseAccount}
        onList={form.listAccounts}
      />
      <ComboboxField
        {...fieldTexts(form, 'ssoRoleName')}
        value={form.draft.ssoRoleName}
        suggestions={rolesOf(known, form.draft.ssoAccountId).map((value) => ({ value }))}
        listLabel="Show roles"
        onType={(value) => form.type('ssoRoleName', value)}
        onPick={(value) => form.type('ssoRoleName', value)}
      />
    </>
  )
}
