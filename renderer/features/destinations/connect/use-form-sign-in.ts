import { useState } from 'react'
import type { CredentialSource } from '../../../../electron/contract/commands/credentials.ts'
import type { CommandOutput } from '../../../../electron/contract/commands.ts'
import type { DestinationDraft } from '../../../../electron/contract/destination-draft.ts'
import { useServices } from '../../../app/services.tsx'
import { withAccount } from '../credentials/sso-accounts.ts'
import { type RemoteData, useRemoteData } from '../remote-data.ts'
import { credentialSourceOf, type FormDraft } from './form-draft.ts'

type Accounts = CommandOutput<'listSsoAccounts'>

export interface FormSignIn {
  /** Where the form is being signed in to; null: nowhere. */
  readonly signingIn: CredentialSource | null
  readonly accounts: RemoteData<Accounts>
  readonly chooseAccount: (accountId: string) => void
  readonly listAccounts: () => void
  /** To see then which accounts there are. */
  readonly signInToChoose: () => void
  /** To check then again. */
  readonly signInToCheck: () => void
  /** To see then which buckets there are. */
  readonly signInToList: () => void
  readonly endSignIn: (isDone: boolean) => void
}

interface Wanted {
  readonly source: CredentialSource
  /** What could not be done without. */
  readonly next: () => void
}

/** The sign-in of a form whose keys come from one. */
export function useFormSignIn(
  form: FormDraft,
  change: (next: FormDraft) => void,
  then: { readonly check: () => void; readonly listBuckets: () => void },
): FormSignIn & { readonly noteChange: (fields: ReadonlySet<keyof DestinationDraft>) => void } {
  const { commands } = useServices()
  const accounts = useRemoteData<Accounts>()
  const [wanted, setWanted] = useState<Wanted | null>(null)

  const listAccounts = () => {
    const [startUrl, ssoRegion] = [form.draft.ssoStartUrl.trim(), form.draft.ssoRegion.trim()]
    void accounts.load(() => commands.listSsoAccounts({ startUrl, ssoRegion }))
  }
  const signInTo = (next: () => void) => setWanted({ source: credentialSourceOf(form.draft), next })
  return {
    signingIn: wanted?.source ?? null,
    accounts: accounts.data,
    chooseAccount(accountId) {
      const known = accounts.data.phase === 'known' ? accounts.data.value.accounts : []
      change(withAccount(form, accountId, known))
    },
    listAccounts,
    signInToChoose: () => signInTo(listAccounts),
    signInToCheck: () => signInTo(then.check),
    signInToList: () => signInTo(then.listBuckets),
    endSignIn(isDone) {
      setWanted(null)
      if (isDone) wanted?.next()
    },
    noteChange(fields) {
      if (fields.has('ssoStartUrl') || fields.has('ssoRegion')) accounts.reset()
    },
  }
}
