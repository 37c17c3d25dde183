import type { Destination } from '../../contract/commands/destinations.ts'
import type {
  DestinationDraft,
  DestinationField,
  DraftNote,
  FieldProblem,
} from '../../contract/destination-draft.ts'
import { S3_LIMITS } from '../../contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { isPrintable, isRegion, visibleText } from '../../contract/plain-text.ts'
import { endpointOf, providerOf, regionNamedIn } from '../../contract/providers/lookup.ts'
import type { Provider } from '../../contract/providers/provider.ts'
import { type KeyUse, serviceOf } from '../credentials/approvals.ts'
import { sourceName } from '../credentials/source-name.ts'
import { judgeSource } from './draft-credentials.ts'
import { judgeEndpoint } from './endpoint.ts'

export interface Secrets {
  readonly secretAccessKey: string
  /** Empty for keys that do not expire. */
  readonly sessionToken: string
}

/** A valid draft: every field has the one form that the store will see. */
export interface CleanDraft {
  readonly fields: Pick<
    Destination,
    | 'name'
    | 'provider'
    | 'endpoint'
    | 'region'
    | 'bucket'
    | 'prefix'
    | 'pathStyle'
    | 'credentials'
    | 'maxPartCount'
  >
  /** The secret of typed keys; null: unchanged. */
  readonly secrets: Secrets | null
  readonly notes: DraftNote[]
}

/** AWS's bucket names: docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const AWS_BUCKET = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
/** Other stores also accept capitals and underscores (Ceph, Swift). */
const ANY_BUCKET = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,254}$/

export function isBucketName(text: string): boolean {
  return ANY_BUCKET.test(text)
}

/** The limit of `DestinationName`. */
export const MAX_NAME_LENGTH = 200
/** Leaves room in a key for a file's name below the prefix. */
const MAX_PREFIX_BYTES = S3_LIMITS.maxKeyBytes - 256

/**
 * Trims and validates the form. Pure: sends nothing over the network.
 * @param former the destination that the draft edits. Its secret stands in for an empty field only
 * if it would go to the same service with the same access key ID: a hijacked page cannot read it,
 * and must not be able to send it elsewhere.
 */
export function cleanDraft(draft: DestinationDraft, former: KeyUse | null): Outcome<CleanDraft> {
  const judge = new DraftJudge()
  const provider = providerOf(draft.provider)
  const typedRegion = judge.region('region', draft.region)
  const isEndpointTyped = draft.endpoint.trim() !== ''
  const typedEndpoint = judge.endpoint(
    isEndpointTyped ? draft.endpoint : (endpointOf(provider, typedRegion) ?? ''),
  )
  const { endpoint, region } = judge.located(provider, typedEndpoint, typedRegion)
  const bucket = judge.bucket(draft.bucket, provider)
  const prefix = judge.prefix(draft.prefix)
  const credentials = judgeSource(judge, draft)
  const secrets =
    credentials.kind === 'keys'
      ? judge.secrets(draft, keptSecretFor(former, { endpoint, credentials }))
      : null
  const name = visibleText(judge.trimmed('name', draft.name), MAX_NAME_LENGTH) || bucket
  if (judge.problems.length > 0) {
    return failed({ kind: 'form-invalid', problems: judge.problems })
  }
  const { pathStyle } = draft
  const { id, maxPartCount } = provider
  const fields = {
    name,
    provider: id,
    endpoint,
    region,
    bucket,
    prefix,
    pathStyle,
    credentials,
  }
  return succeeded({ fields: { ...fields, maxPartCount }, secrets, notes: judge.notes })
}

/** Whether there is a stored secret, and whether the draft may use it. */
function keptSecretFor(former: KeyUse | null, now: KeyUse): 'none' | 'elsewhere' | 'here' {
  if (former?.credentials.kind !== 'keys') return 'none'
  const isSameService =
    now.endpoint === '' || serviceOf(former.endpoint) === serviceOf(now.endpoint)
  const isSameKey = sourceName(former.credentials) === sourceName(now.credentials)
  return isSameService && isSameKey ? 'here' : 'elsewhere'
}

/** Collects problems and changes while the fields are read. */
class DraftJudge {
  readonly problems: FieldProblem[] = []
  readonly notes: DraftNote[] = []

  note(field: DestinationField, change: DraftNote['change']): void {
    this.notes.push({ field, change })
  }

  trimmed(field: DestinationField, typed: string): string {
    const value = typed.trim()
    if (value !== typed && value !== '') this.note(field, 'trimmed')
    return value
  }

  /** One word without blanks, or empty. */
  word(field: DestinationField, typed: string): string {
    const value = this.trimmed(field, typed)
    if (/\s/.test(value)) this.refuse(field, 'has-inner-space')
    return value
  }

  /** A word that a header can carry unchanged. */
  plain(field: DestinationField, typed: string): string {
    const value = this.word(field, typed)
    if (!/\s/.test(value) && !isPrintable(value)) this.refuse(field, 'has-odd-character')
    return value
  }

  region(field: DestinationField, typed: string): string {
    const value = this.word(field, typed)
    if (value !== '' && !/\s/.test(value) && !isRegion(value)) this.refuse(field, 'not-a-region')
    return value
  }

  required(field: DestinationField, typed: string): string {
    const value = this.plain(field, typed)
    if (value === '') this.refuse(field, 'missing')
    return value
  }

  endpoint(typed: string): string {
    const judged = judgeEndpoint(typed)
    if ('problem' in judged) {
      this.refuse('endpoint', judged.problem)
      return ''
    }
    for (const change of judged.changes) this.note('endpoint', change)
    return judged.origin
  }

  /**
   * The region and endpoint of a provider whose addresses name the region. If the two disagree, a
   * value that is just the provider's default was not meant; otherwise the address decides.
   */
  located(provider: Provider, endpoint: string, typed: string) {
    const region = typed || provider.defaultRegion
    const named = regionNamedIn(provider, endpoint)
    if (named === null || named === region) return { endpoint, region }
    if (named === provider.defaultRegion && typed !== '') {
      this.note('endpoint', 'region-corrected')
      return { endpoint: endpointOf(provider, region) ?? endpoint, region }
    }
    if (typed !== '') this.note('region', 'region-corrected')
    return { endpoint, region: named }
  }

  bucket(typed: string, provider: Provider): string {
    const value = this.trimmed('bucket', typed)
    const rule = provider.bucketNames === 'strict' ? AWS_BUCKET : ANY_BUCKET
    if (value === '') this.refuse('bucket', 'missing')
    else if (!rule.test(value)) this.refuse('bucket', 'bucket-name-invalid')
    return value
  }

  /** `/a/b` becomes `a/b/`. */
  prefix(typed: string): string {
    const value = this.trimmed('prefix', typed)
    const bare = value.replace(/^\/+/, '')
    if (bare !== value) this.note('prefix', 'slash-removed')
    if (bare === '') return ''
    const segments = bare.replace(/\/$/, '').split('/')
    const isBad = segments.some((each) => each === '' || each === '.' || each === '..')
    if (isBad || !bare.isWellFormed()) this.refuse('prefix', 'prefix-invalid')
    else if (Buffer.byteLength(bare) > MAX_PREFIX_BYTES) this.refuse('prefix', 'too-long')
    if (bare.endsWith('/')) return bare
    this.note('prefix', 'slash-added')
    return `${bare}/`
  }

  /** Null if the form leaves all secret fields empty and a former secret can be used. */
  secrets(draft: DestinationDraft, kept: 'none' | 'elsewhere' | 'here'): Secrets | null {
    const secretAccessKey = this.word('secretAccessKey', draft.secretAccessKey)
    const sessionToken = this.plain('sessionToken', draft.sessionToken)
    // The secret is never sent, only signed with: some stores let users choose it in their own
    // language.
    const isOneWord = !/\s/.test(secretAccessKey)
    if (isOneWord && /\p{Cc}/u.test(secretAccessKey))
      this.refuse('secretAccessKey', 'has-odd-character')
    if (secretAccessKey !== '') return { secretAccessKey, sessionToken }
    if (kept === 'elsewhere') this.refuse('secretAccessKey', 'needed-again')
    else if (kept === 'none' || sessionToken !== '') this.refuse('secretAccessKey', 'missing')
    return null
  }

  refuse(field: DestinationField, problem: FieldProblem['problem']): void {
    this.problems.push({ field, problem })
  }
}
