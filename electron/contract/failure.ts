import * as z from 'zod/mini'
import { RuleProblem } from './rules.ts'

const name = z.string().check(z.maxLength(1100))
const detail = z.string().check(z.maxLength(300))
const kind = <K extends string>(literal: K) => z.strictObject({ kind: z.literal(literal) })

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
  ]),
})
export type FieldProblem = z.infer<typeof FieldProblem>

/**
 * Everything that can go wrong and is expected to, as states of the world.
 * Plain data, since Electron keeps only an Error's message across IPC. No member may carry a
 * secret, a presigned query string or file contents.
 */
export const Failure = z.discriminatedUnion('kind', [
  // The world comes back by itself.
  kind('offline'),
  // Worth another try.
  kind('stalled'),
  z.strictObject({ kind: z.literal('server-error'), status: z.int() }),
  z.strictObject({
    kind: z.literal('throttled'),
    retryAfterMs: z.nullable(z.number().check(z.gte(0))),
  }),
  /** Status 0 in the page: DNS, refused connection, TLS, proxy or missing CORS; a page cannot tell. */
  kind('no-response'),
  /** The store says that the bytes it got are not the bytes that were announced. */
  kind('body-corrupted'),
  /** The finished object is ours, and the store's checksum of it is not the file's. */
  kind('object-differs'),
  // Worth a new signature.
  kind('url-expired'),
  z.strictObject({ kind: z.literal('clock-skewed'), serverTimeMs: z.nullable(z.number()) }),
  // The multipart upload is not there any more.
  kind('upload-gone'),
  // The person must act: about the connection.
  z.strictObject({ kind: z.literal('form-invalid'), problems: z.array(FieldProblem) }),
  z.strictObject({ kind: z.literal('rules-invalid'), problems: z.array(RuleProblem) }),
  z.strictObject({ kind: z.literal('host-not-found'), host: name }),
  z.strictObject({ kind: z.literal('host-unreachable'), host: name }),
  z.strictObject({ kind: z.literal('tls-failed'), host: name, reason: detail }),
  z.strictObject({ kind: z.literal('not-s3'), host: name }),
  kind('credentials-rejected'),
  kind('credentials-expired'),
  /** The keys come from a sign-in that has ended: at IAM Identity Center, or with a device's code. */
  z.strictObject({ kind: z.literal('sign-in-needed'), by: z.enum(['browser', 'code']) }),
  /** A profile, process, role or environment gave no keys. */
  z.strictObject({
    kind: z.literal('keys-unavailable'),
    /** The profile's name, or the environment's variable. */
    source: name,
    reason: z.enum([
      'no-file',
      'no-profile',
      'incomplete',
      'process-failed',
      'role-refused',
      'environment-empty',
      'unreachable',
    ]),
  }),
  kind('access-denied'),
  z.strictObject({ kind: z.literal('bucket-missing'), bucket: name }),
  z.strictObject({ kind: z.literal('region-wrong'), region: z.nullable(name) }),
  /** The store answers the host, but not the page's origin. */
  z.strictObject({ kind: z.literal('cors-blocked'), origin: name }),
  /** The bucket's CORS rule does not expose the ETag header to the page. */
  kind('etag-hidden'),
  z.strictObject({ kind: z.literal('store-refused'), status: z.int(), code: detail }),
  // The person must act: about the file.
  kind('source-changed'),
  kind('source-missing'),
  kind('source-unreadable'),
  /** Known file, but this page was never given it (a browser after a reload): drop it again. */
  kind('source-detached'),
  z.strictObject({
    kind: z.literal('name-unusable'),
    reason: z.enum(['empty', 'too-long', 'not-unicode', 'dot-segment']),
  }),
  z.strictObject({ kind: z.literal('too-large'), limitBytes: z.int() }),
  /** The destination's rules do not take files of this type. */
  z.strictObject({ kind: z.literal('type-not-allowed'), contentType: detail }),
  /** The bucket has an object there, and the destination's rule is to ask. */
  z.strictObject({ kind: z.literal('key-taken'), key: name }),
  /** The bucket has an object there, and the rule is to leave it: the upload has ended. */
  kind('skipped'),
  // The person must act: about this computer.
  z.strictObject({ kind: z.literal('disk-full'), where: z.enum(['data-folder', 'local-bucket']) }),
  kind('secret-store-unavailable'),
  kind('secret-missing'),
  z.strictObject({
    kind: z.literal('local-bucket-unavailable'),
    reason: z.enum(['port-taken', 'folder-unwritable', 'broken']),
  }),
  // Between page and host.
  /** The host stopped answering: it was closed, or this page's session ended. */
  kind('host-gone'),
  /** The thing named is not (any more) in the host's records. */
  kind('unknown-id'),
  /** The upload or destination is not in a state in which this can be done. */
  kind('not-now'),
  z.strictObject({ kind: z.literal('internal'), reference: detail }),
])
export type Failure = z.infer<typeof Failure>
export type FailureKind = Failure['kind']
