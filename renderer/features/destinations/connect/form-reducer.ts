import type { CheckReport } from '../../../../electron/contract/commands/checks.ts'
import type {
  AwsProfile,
  CredentialKind,
  CredentialSource,
} from '../../../../electron/contract/commands/credentials.ts'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type { CommandOutput } from '../../../../electron/contract/commands.ts'
import type {
  DestinationDraft,
  DraftNote,
  FieldProblem,
  ListedBucket,
} from '../../../../electron/contract/destination-draft.ts'
import type { Failure } from '../../../../electron/contract/failure/kinds.ts'
import type { Outcome } from '../../../../electron/contract/outcome.ts'
import { unreachable } from '../../../../electron/lib/unreachable.ts'
import {
  type CheckAction,
  type CheckRun,
  checkReducer,
  isRunning,
  NO_RUN,
} from '../check/check-run.ts'
import { NOTHING_PASTED, type PasteNote } from '../pasted/paste-text.ts'
import { IDLE, type RemoteData, withAnswer } from '../remote-data.ts'
import {
  credentialSourceOf,
  emptyForm,
  type FormDraft,
  formOf,
  type OpenDraft,
  type OpenField,
  type SecretField,
  withAccount,
  withBucket,
  withFields,
  withPasted,
  withPathStyle,
  withProfile,
  withProvider,
  withRegion,
  withText,
} from './form-draft.ts'

export type Buckets = CommandOutput<'listBuckets'>
export type Accounts = CommandOutput<'listSsoAccounts'>

export type AfterSignIn = 'check' | 'list-buckets' | 'list-accounts'

/** The host's answer about the form's contents. */
interface FormFindings {
  readonly problems: readonly FieldProblem[]
  readonly notes: readonly DraftNote[]
  /** Not about a single field. */
  readonly failure: Failure | null
}

/** The connect form without its secrets: those stay in their inputs. */
export interface FormState {
  readonly form: FormDraft
  readonly findings: FormFindings
  /** Counts the answers with problems: each moves the focus to the first such field. */
  readonly problemAnswerCount: number
  readonly work: 'none' | 'saving' | 'fixing'
  readonly run: CheckRun
  readonly buckets: RemoteData<Buckets>
  readonly accounts: RemoteData<Accounts>
  readonly signIn: { readonly source: CredentialSource; readonly next: AfterSignIn } | null
  /** Describes the last paste; null after any other change. */
  readonly pasteNote: PasteNote | null
}

/** No action contains a secret: React may keep actions, and development tools show them. */
export type FormAction = EditAction | PasteAction | RequestAction | CheckAction

type EditAction =
  | { readonly type: 'typed'; readonly field: OpenField; readonly value: string }
  | { readonly type: 'secret-typed'; readonly field: SecretField }
  | { readonly type: 'provider-chosen'; readonly provider: OpenDraft['provider'] }
  | { readonly type: 'path-style-chosen'; readonly pathStyle: boolean }
  | { readonly type: 'keep-secret-chosen'; readonly keepSecret: boolean }
  | { readonly type: 'credential-kind-chosen'; readonly kind: CredentialKind }
  | { readonly type: 'profile-chosen'; readonly profile: AwsProfile }
  | { readonly type: 'bucket-chosen'; readonly bucket: ListedBucket }
  | { readonly type: 'region-chosen'; readonly region: string }
  | { readonly type: 'account-chosen'; readonly accountId: string }

type PasteAction =
  | {
      readonly type: 'pasted'
      readonly fields: Partial<OpenDraft>
      /** The secrets in the pasted text; their values go straight into the inputs. */
      readonly secrets: readonly SecretField[]
      readonly note: PasteNote
    }
  | { readonly type: 'paste-not-understood' }

type RequestAction =
  | { readonly type: 'buckets-requested'; readonly requestId: string }
  | {
      readonly type: 'buckets-answered'
      readonly requestId: string
      readonly answer: Outcome<Buckets>
    }
  | { readonly type: 'accounts-requested'; readonly requestId: string }
  | {
      readonly type: 'accounts-answered'
      readonly requestId: string
      readonly answer: Outcome<Accounts>
    }
  | { readonly type: 'sign-in-opened'; readonly next: AfterSignIn }
  | { readonly type: 'sign-in-closed' }
  | { readonly type: 'save-started' }
  | { readonly type: 'saved' }
  | { readonly type: 'fix-started' }
  | { readonly type: 'fix-applied' }
  | { readonly type: 'work-failed'; readonly failure: Failure }

const NO_FINDINGS: FormFindings = { problems: [], notes: [], failure: null }

export function initialFormState(editing: Destination | null): FormState {
  return {
    form: editing === null ? emptyForm() : formOf(editing),
    findings: NO_FINDINGS,
    problemAnswerCount: 0,
    work: 'none',
    run: NO_RUN,
    buckets: IDLE,
    accounts: IDLE,
    signIn: null,
    pasteNote: null,
  }
}

export function formReducer(state: FormState, action: FormAction): FormState {
  switch (action.type) {
    case 'typed':
    case 'provider-chosen':
    case 'path-style-chosen':
    case 'keep-secret-chosen':
    case 'credential-kind-chosen':
    case 'profile-chosen':
    case 'bucket-chosen':
    case 'region-chosen':
    case 'account-chosen':
      return withForm(state, edited(state, action))
    case 'secret-typed':
      return afterChange(state, new Set([action.field]))
    case 'pasted': {
      const filled = withForm(state, withPasted(state.form, action.fields))
      return { ...afterChange(filled, new Set(action.secrets)), pasteNote: action.note }
    }
    case 'paste-not-understood':
      return { ...state, pasteNote: NOTHING_PASTED }
    case 'buckets-requested':
      return { ...state, buckets: { phase: 'loading', requestId: action.requestId } }
    case 'buckets-answered':
      return { ...state, buckets: withAnswer(state.buckets, action.requestId, action.answer) }
    case 'accounts-requested':
      return { ...state, accounts: { phase: 'loading', requestId: action.requestId } }
    case 'accounts-answered':
      return { ...state, accounts: withAnswer(state.accounts, action.requestId, action.answer) }
    case 'sign-in-opened': {
      const source = credentialSourceOf(state.form.draft)
      return { ...state, signIn: { source, next: action.next } }
    }
    case 'sign-in-closed':
      return { ...state, signIn: null }
    case 'save-started':
      return { ...state, work: 'saving', run: NO_RUN }
    case 'fix-started':
      return { ...state, work: 'fixing' }
    case 'saved':
    case 'fix-applied':
      return { ...state, work: 'none' }
    case 'work-failed':
      return withFindings(state, findingsOfFailure(action.failure))
    case 'check-started':
      return { ...state, findings: NO_FINDINGS, run: checkReducer(state.run, action) }
    case 'check-progressed':
      return { ...state, run: checkReducer(state.run, action) }
    case 'check-finished': {
      if (!isRunning(state.run, action.checkId)) return state
      const { answer } = action
      return withFindings(
        { ...state, run: checkReducer(state.run, action) },
        answer.ok ? findingsOfReport(answer.value) : findingsOfFailure(answer.failure),
      )
    }
    default:
      return unreachable(action)
  }
}

type DraftEdit = Exclude<EditAction, { type: 'secret-typed' }>

function edited({ form, accounts }: FormState, action: DraftEdit): FormDraft {
  switch (action.type) {
    case 'typed':
      return withText(form, action.field, action.value)
    case 'provider-chosen':
      return withProvider(form, action.provider)
    case 'path-style-chosen':
      return withPathStyle(form, action.pathStyle)
    case 'keep-secret-chosen':
      return withFields(form, { keepSecret: action.keepSecret })
    case 'credential-kind-chosen':
      return withFields(form, { credentialKind: action.kind })
    case 'profile-chosen':
      return withProfile(form, action.profile)
    case 'bucket-chosen':
      return withBucket(form, action.bucket)
    case 'region-chosen':
      return withRegion(form, action.region)
    case 'account-chosen': {
      const known = accounts.phase === 'loaded' ? accounts.value.accounts : []
      return withAccount(form, action.accountId, known)
    }
    default:
      return unreachable(action)
  }
}

function withForm(state: FormState, form: FormDraft): FormState {
  const changed = changedFields(state.form.draft, form.draft)
  return { ...afterChange(state, changed), form, pasteNote: null }
}

function changedFields(before: OpenDraft, after: OpenDraft): ReadonlySet<keyof OpenDraft> {
  const fields = Object.keys(after) as (keyof OpenDraft)[]
  return new Set(fields.filter((field) => before[field] !== after[field]))
}

/** Fields that do not change which buckets the keys can list. */
const NOT_ABOUT_THE_STORE: ReadonlySet<keyof DestinationDraft> = new Set([
  'name',
  'bucket',
  'prefix',
  'keepSecret',
])

/** Drops results that belong to the previous contents. */
function afterChange(state: FormState, changed: ReadonlySet<keyof DestinationDraft>): FormState {
  const problems = state.findings.problems.filter(({ field }) => !changed.has(field))
  const isStoreChanged = [...changed].some((field) => !NOT_ABOUT_THE_STORE.has(field))
  const isSignInChanged = changed.has('ssoStartUrl') || changed.has('ssoRegion')
  return {
    ...state,
    findings: { ...NO_FINDINGS, problems },
    run: NO_RUN,
    buckets: isStoreChanged ? IDLE : state.buckets,
    accounts: isSignInChanged ? IDLE : state.accounts,
  }
}

function withFindings(state: FormState, findings: FormFindings): FormState {
  const { problemAnswerCount } = state
  const hasProblems = findings.problems.length > 0
  return {
    ...state,
    work: 'none',
    findings,
    problemAnswerCount: hasProblems ? problemAnswerCount + 1 : problemAnswerCount,
  }
}

function findingsOfReport({ lines, notes }: CheckReport): FormFindings {
  const failures = lines.flatMap(({ verdict, finding }) =>
    verdict === 'failed' && finding?.kind === 'failure' ? [finding.failure] : [],
  )
  return { problems: failures.flatMap(problemsOf), notes, failure: null }
}

function findingsOfFailure(failure: Failure): FormFindings {
  const problems = problemsOf(failure)
  return { ...NO_FINDINGS, problems, failure: problems.length > 0 ? null : failure }
}

function problemsOf(failure: Failure): readonly FieldProblem[] {
  return failure.kind === 'form-invalid' ? failure.problems : []
}
