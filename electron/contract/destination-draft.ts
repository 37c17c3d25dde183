import * as z from 'zod/mini'
import { CredentialKind } from './commands/credentials.ts'
import { DestinationId } from './ids.ts'
import { ProviderId } from './providers/provider.ts'

const text = (max: number) => z.string().check(z.maxLength(max))

/** The fields of the connection form, in the order in which the form shows them. */
export const DestinationField = z.enum([
  'name',
  'endpoint',
  'region',
  'bucket',
  'prefix',
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
  'profile',
  'ssoStartUrl',
  'ssoRegion',
  'ssoAccountId',
  'ssoRoleName',
])
export type DestinationField = z.infer<typeof DestinationField>

export const FieldProblem = z.strictObject({
  field: DestinationField,
  problem: z.enum([
    'missing',
    'not-a-url',
    'not-http',
    'has-path',
    'has-credentials',
    'has-query',
    'plain-http-outside-this-network',
    'bucket-name-invalid',
    'prefix-invalid',
    'too-long',
    'has-inner-space',
    /** Ferry has a stored secret, but for another endpoint or access key. */
    'needed-again',
    /** A control character, or one that no key and no token has. */
    'has-odd-character',
    'not-a-region',
    /** A cloud's metadata service, which gives a machine's own keys to any client. */
    'metadata-address',
  ]),
})
export type FieldProblem = z.infer<typeof FieldProblem>

/** The form's content. Fields are sent as typed; the host trims and validates them. */
export const DestinationDraft = z.strictObject({
  /** Set when an existing destination is edited; empty secret fields then mean "as before". */
  destinationId: z.nullable(DestinationId),
  name: text(200),
  provider: ProviderId,
  endpoint: text(2000),
  region: text(100),
  bucket: text(300),
  prefix: text(2000),
  pathStyle: z.boolean(),
  /** Selects which of the fields below apply. */
  credentialKind: CredentialKind,
  accessKeyId: text(300),
  secretAccessKey: text(1000),
  sessionToken: text(8000),
  /** False: keep the secret only while Ferry runs. */
  keepSecret: z.boolean(),
  profile: text(200),
  ssoStartUrl: text(2000),
  ssoRegion: text(100),
  ssoAccountId: text(40),
  ssoRoleName: text(200),
})
export type DestinationDraft = z.infer<typeof DestinationDraft>

/** A change that the host made to a draft before it used it; the form shows it. */
export const DraftNote = z.strictObject({
  field: DestinationField,
  change: z.enum([
    'trimmed',
    'scheme-added',
    'slash-removed',
    'slash-added',
    'region-corrected',
    /** Nothing was changed: the connection to a new address is not encrypted. */
    'plain-http',
  ]),
})
export type DraftNote = z.infer<typeof DraftNote>

/** A bucket that the keys may see. */
export const ListedBucket = z.strictObject({ name: text(255), region: z.nullable(text(100)) })
export type ListedBucket = z.infer<typeof ListedBucket>
