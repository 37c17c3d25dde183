import {
  bucketPolicy,
  corsRuleFor,
  examplePrincipal,
  iamPolicy,
  isPrincipal,
  type PolicyScope,
  type PolicyWant,
} from '../../../../electron/contract/bucket-policies.ts'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import { corsAsJson, corsAsXml } from '../../../../electron/contract/cors.ts'

export const WANT_TEXTS: Record<PolicyWant, { readonly label: string; readonly hint: string }> = {
  upload: { label: 'Upload files', hint: 'Also in parts, with resuming and cancelling.' },
  share: { label: 'Share links', hint: 'Read files, which is what a link does.' },
  browse: { label: 'List files', hint: 'See which files are there.' },
  delete: { label: 'Delete files', hint: 'Earlier versions too.' },
  tidy: { label: 'Clean up', hint: 'Find and remove unfinished uploads.' },
  'set-up': {
    label: 'Set up the bucket',
    hint: 'Lets Ferry add its CORS and lifecycle rules.',
  },
}

export const USUAL_WANTS: readonly PolicyWant[] = ['upload', 'share']

export type PolicyKind = 'iam' | 'bucket' | 'cors'

export const POLICY_TITLES: Record<PolicyKind, string> = {
  iam: 'IAM policy',
  bucket: 'Bucket policy',
  cors: 'CORS rule',
}

export interface PolicyWishes {
  readonly wants: readonly PolicyWant[]
  /** As typed, not validated yet. */
  readonly principal: string
  readonly corsFormat: 'json' | 'xml'
}

interface PolicyText {
  /** Null: no permission is chosen. */
  readonly text: string | null
  /** The text contains an example instead of a principal. */
  readonly isExample: boolean
}

/** `allowedOrigin`: the origin of the page that uploads. */
export function policyTextOf(
  kind: PolicyKind,
  destination: Destination,
  { wants, principal, corsFormat }: PolicyWishes,
  allowedOrigin: string,
): PolicyText {
  const scope = scopeOf(destination, wants)
  switch (kind) {
    case 'iam':
      return { text: iamPolicy(scope), isExample: false }
    case 'bucket': {
      const who = principal.trim()
      const isExample = !isPrincipal(who)
      const named = isExample ? examplePrincipal(destination.region) : who
      return { text: bucketPolicy(scope, named), isExample }
    }
    case 'cors': {
      const rule = corsRuleFor(allowedOrigin)
      const text = corsFormat === 'json' ? corsAsJson(rule) : corsAsXml(rule)
      return { text, isExample: false }
    }
  }
}

function scopeOf(destination: Destination, wants: readonly PolicyWant[]): PolicyScope {
  const { bucket, region, rules } = destination
  return { bucket, region, rules, wants, prefix: prefixOfKeys(destination) }
}

/** A template that does not start with the prefix can put files anywhere in the bucket. */
function prefixOfKeys({ prefix, rules }: Destination): string {
  return rules.keyTemplate.trimStart().startsWith('{prefix}') ? prefix : ''
}

export function withWant(
  wants: readonly PolicyWant[],
  want: PolicyWant,
  isWanted: boolean,
): readonly PolicyWant[] {
  const others = wants.filter((each) => each !== want)
  return isWanted ? [...others, want] : others
}
