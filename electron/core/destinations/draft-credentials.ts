import type { CredentialSource } from '../../contract/commands/credentials.ts'
import type {
  DestinationDraft,
  DestinationField,
  FieldProblem,
} from '../../contract/destination-draft.ts'
import { unreachable } from '../../lib/unreachable.ts'

/** Reads a field as typed and collects its problems. */
interface FieldJudge {
  readonly trimmed: (field: DestinationField, typed: string) => string
  readonly region: (field: DestinationField, typed: string) => string
  /** One word without blanks, of plain characters, and not empty. */
  readonly required: (field: DestinationField, typed: string) => string
  readonly refuse: (field: DestinationField, problem: FieldProblem['problem']) => void
}

/** An AWS account has twelve digits; some pages show it with dashes. */
const MAX_ACCOUNT_LENGTH = 20

/** Reads the fields of the chosen kind; the others may contain anything. */
export function judgeSource(judge: FieldJudge, draft: DestinationDraft): CredentialSource {
  switch (draft.credentialKind) {
    case 'keys':
      return { kind: 'keys', accessKeyId: judge.required('accessKeyId', draft.accessKeyId) }
    case 'profile': {
      const profile = judge.trimmed('profile', draft.profile)
      if (profile === '') judge.refuse('profile', 'missing')
      if (/\p{Cc}/u.test(profile)) judge.refuse('profile', 'has-odd-character')
      return { kind: 'profile', profile }
    }
    case 'sso':
      return {
        kind: 'sso',
        startUrl: startUrl(judge, draft.ssoStartUrl),
        ssoRegion: ssoRegion(judge, draft.ssoRegion),
        accountId: accountId(judge, draft.ssoAccountId),
        roleName: judge.required('ssoRoleName', draft.ssoRoleName),
      }
    case 'environment':
      return { kind: 'environment' }
    default:
      return unreachable(draft.credentialKind)
  }
}

function ssoRegion(judge: FieldJudge, typed: string): string {
  const value = judge.region('ssoRegion', typed)
  if (value === '') judge.refuse('ssoRegion', 'missing')
  return value
}

/** Otherwise unchanged: the AWS tools share a sign-in by exactly this text. */
function startUrl(judge: FieldJudge, typed: string): string {
  const value = judge.required('ssoStartUrl', typed)
  const url = URL.parse(value)
  if (value === '') return value
  if (url === null) judge.refuse('ssoStartUrl', 'not-a-url')
  else if (!/^https?:$/.test(url.protocol)) judge.refuse('ssoStartUrl', 'not-http')
  else if (url.username !== '' || url.password !== '') {
    judge.refuse('ssoStartUrl', 'has-credentials')
  }
  return value
}

function accountId(judge: FieldJudge, typed: string): string {
  const value = judge.required('ssoAccountId', typed).replaceAll('-', '')
  if (value.length > MAX_ACCOUNT_LENGTH) judge.refuse('ssoAccountId', 'too-long')
  return value.slice(0, MAX_ACCOUNT_LENGTH)
}
