import * as z from 'zod/mini'
import { FieldProblem } from '../destination-draft.ts'
import { RuleProblem } from '../rules/upload-rules.ts'

const name = z.string().check(z.maxLength(1100))
const detail = z.string().check(z.maxLength(300))
const kind = <K extends string>(literal: K) => z.strictObject({ kind: z.literal(literal) })

/**
 * The store's own words about a request that it refused, for the details of a failure.
 * `store-answer.ts` cuts the texts and removes control and direction characters and query strings.
 */
export const StoreAnswer = z.strictObject({
  status: z.int(),
  /** Empty if the answer had none, as after every HEAD. */
  code: z.string().check(z.maxLength(100)),
  message: z.string().check(z.maxLength(500)),
  requestId: z.string().check(z.maxLength(200)),
  /** The `Server` header, which often names a proxy in front of the store. */
  server: z.string().check(z.maxLength(100)),
  /** The answer's own date, otherwise the time of Ferry's clock. */
  atMs: z.number(),
})
export type StoreAnswer = z.infer<typeof StoreAnswer>

const place = z.string().check(z.maxLength(2000))
const bucketPlace = z.strictObject({ endpoint: place, bucket: name })
const answer = z.optional(StoreAnswer)
/** A failure that may carry a store's answer. */
const refusal = <K extends string>(literal: K) =>
  z.strictObject({ kind: z.literal(literal), answer })

/**
 * Every expected failure, named as a state of the world. Plain data, since Electron keeps only an
 * Error's message across IPC. No member may carry a secret, a presigned query string or file
 * contents.
 */
export const Failure = z.discriminatedUnion('kind', [
  // These end by themselves.
  kind('offline'),
  // These are worth another try.
  refusal('stalled'),
  z.strictObject({ kind: z.literal('server-error'), status: z.int(), answer }),
  z.strictObject({
    kind: z.literal('throttled'),
    retryAfterMs: z.nullable(z.number().check(z.gte(0))),
    answer,
  }),
  /**
   * Status 0 in the page: DNS, refused connection, TLS, proxy or missing CORS, which a page cannot
   * tell apart.
   * `isOnlyPage`: the page sent a whole body, and the store answers the host when it sends the same.
   */
  z.strictObject({ kind: z.literal('no-response'), isOnlyPage: z.optional(z.literal(true)) }),
  /** The store says that it received other bytes than the announced ones. */
  refusal('body-corrupted'),
  /** The finished object is ours, but the store's checksum of it differs from the file's. */
  kind('object-differs'),
  // These are worth a new signature.
  refusal('url-expired'),
  z.strictObject({
    kind: z.literal('clock-skewed'),
    serverTimeMs: z.nullable(z.number()),
    answer,
  }),
  // The multipart upload no longer exists.
  refusal('upload-gone'),
  /** The store acknowledged every part but shows no object, or not a whole one. */
  kind('object-missing'),
  // The user must act: about the connection.
  z.strictObject({ kind: z.literal('form-invalid'), problems: z.array(FieldProblem) }),
  z.strictObject({ kind: z.literal('rules-invalid'), problems: z.array(RuleProblem) }),
  z.strictObject({ kind: z.literal('host-not-found'), host: name }),
  z.strictObject({ kind: z.literal('host-unreachable'), host: name }),
  z.strictObject({ kind: z.literal('tls-failed'), host: name, reason: detail }),
  /** The endpoint's port does not speak the protocol of its scheme. */
  z.strictObject({
    kind: z.literal('wrong-protocol'),
    host: name,
    /** The endpoint's. */
    scheme: z.enum(['http', 'https']),
  }),
  /** The proxy from this computer's settings does not lead to the store. */
  z.strictObject({
    kind: z.literal('proxy-failed'),
    reason: z.enum([
      'unreachable',
      'refused',
      'misconfigured',
      'untrusted',
      'unsupported',
      /** The settings name a script (PAC), which only browsers and the desktop app can run. */
      'script',
      /** The settings name a SOCKS proxy, which only browsers and the desktop app can use. */
      'socks',
    ]),
    /** The network stack's own name: `ERR_TUNNEL_CONNECTION_FAILED`. */
    code: detail,
  }),
  /**
   * The proxy asks for a password, and the user has given none that it accepts. `isByVariable`: the
   * browser's host reads it from `HTTPS_PROXY` or `HTTP_PROXY` and does not ask.
   */
  z.strictObject({
    kind: z.literal('proxy-auth-needed'),
    isByVariable: z.optional(z.literal(true)),
    answer,
  }),
  /** The request never left this computer. */
  z.strictObject({
    kind: z.literal('network-blocked'),
    /** A port that browsers block, a policy, another program, or the system's own firewall. */
    by: z.enum(['port', 'administrator', 'program', 'system']),
    host: name,
    code: detail,
  }),
  z.strictObject({ kind: z.literal('not-s3'), host: name, answer }),
  /** A store answers there, but its answer cannot be read. */
  z.strictObject({ kind: z.literal('answer-unreadable'), host: name, answer }),
  /** Longer than any store's answer; the rest was not read. */
  z.strictObject({ kind: z.literal('answer-too-long'), host: name, limitBytes: z.int() }),
  /** The host's name leads to a cloud's metadata service, which is never a store. */
  z.strictObject({ kind: z.literal('host-refused'), host: name }),
  refusal('credentials-rejected'),
  /** The keys are right, but a proxy on the way to the store changes the signed request. */
  z.strictObject({ kind: z.literal('request-rewritten'), host: name, answer }),
  refusal('credentials-expired'),
  /** The keys come from a sign-in that has expired: at IAM Identity Center, or with a device's code. */
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
      /** The program of `credential_process` is in no folder of PATH. */
      'program-missing',
      'role-refused',
      'environment-empty',
      /** They contain characters that no key has. */
      'malformed',
      'unreachable',
    ]),
    /** For `program-missing`: its name, and the folders of PATH. */
    program: z.optional(name),
    folders: z.optional(z.readonly(z.array(detail))),
    /** For `environment-empty`: the login shell was asked, but had no keys either or did not answer. */
    shell: z.optional(z.enum(['read', 'silent'])),
  }),
  /** `action`: the permission that is missing, as S3 names it (`s3:ListMultipartUploadParts`). */
  z.strictObject({ kind: z.literal('access-denied'), action: z.optional(detail), answer }),
  /** A policy denies it explicitly, so no other policy can allow it. */
  z.strictObject({
    kind: z.literal('explicitly-denied'),
    /** The kind of policy, if the store names it. */
    by: z.optional(
      z.enum(['bucket', 'identity', 'organization', 'session', 'boundary', 'endpoint']),
    ),
    action: z.optional(detail),
    answer,
  }),
  /** `action`: the missing permission for the key service's key, `kms:GenerateDataKey`. */
  z.strictObject({
    kind: z.literal('encryption-key-denied'),
    action: z.nullable(detail),
    answer,
  }),
  /** The bucket accepts no ACLs, and the destination's rules send one. */
  refusal('acl-refused'),
  z.strictObject({
    kind: z.literal('quota-exceeded'),
    of: z.enum(['bucket', 'account', 'unknown']),
    answer,
  }),
  /** The store's own disks, never this computer's. */
  refusal('store-full'),
  /** Suspended, not signed up, or not paid. */
  refusal('account-problem'),
  /** Something in front of the store refuses long requests; `limitBytes`: the longest it accepts. */
  z.strictObject({
    kind: z.literal('request-too-large'),
    limitBytes: z.nullable(z.int()),
    answer,
  }),
  /** Something in front of the store refuses the request, in a form that is not S3's. */
  z.strictObject({ kind: z.literal('proxy-refused'), status: z.int(), answer }),
  /**
   * The store, or something in front of it, redirects the request. `to`: scheme and host, in the
   * form of an endpoint; null: not known.
   */
  z.strictObject({ kind: z.literal('redirected'), to: z.nullable(name), answer }),
  z.strictObject({ kind: z.literal('bucket-missing'), bucket: name, answer }),
  z.strictObject({ kind: z.literal('region-wrong'), region: z.nullable(name), answer }),
  /** The store answers the host, but not the page's origin. */
  z.strictObject({ kind: z.literal('cors-blocked'), origin: name }),
  /** The bucket's CORS rule does not expose the ETag header to the page. */
  kind('etag-hidden'),
  /** The store answers the page's PUT without the CORS headers that let the page read it. */
  z.strictObject({ kind: z.literal('answer-hidden'), origin: name }),
  z.strictObject({ kind: z.literal('store-refused'), status: z.int(), code: detail, answer }),
  // The user must act: about the file.
  kind('source-changed'),
  kind('source-missing'),
  z.strictObject({
    kind: z.literal('source-unreadable'),
    /** Absent if the system does not say, or only the page has tried. */
    why: z.optional(
      z.enum([
        /** System Settings, Privacy & Security: the app was not allowed the folder. */
        'macos-privacy',
        'macos-permissions',
        'windows-permissions',
        'unix-permissions',
        'other-program',
        'path-too-long',
      ]),
    ),
  }),
  /** A cloud service has its bytes and has not fetched them to this computer yet. */
  kind('source-in-cloud'),
  /** A pipe, a socket or a device. */
  kind('source-not-a-file'),
  /**
   * Ferry reads nothing there: its own data, keys of the user's, profiles of browsers, what the
   * system makes of itself, a device by its path, a server that the user did not allow, or a link out of the chosen folder.
   */
  z.strictObject({
    kind: z.literal('source-off-limits'),
    why: z.enum([
      'data-folder',
      'keys',
      'browser',
      'system',
      'network-path',
      'device-path',
      'link-out',
      'not-a-path',
    ]),
    /** `~/.ssh`, or for a path its text. */
    place: name,
  }),
  /** This page does not have the known file (in a browser after a reload): drop it again. */
  kind('source-detached'),
  z.strictObject({
    kind: z.literal('name-unusable'),
    reason: z.enum(['empty', 'too-long', 'not-unicode', 'dot-segment']),
    answer,
  }),
  /** The store takes no file, or in the store's own answer no request, as long as this one. */
  z.strictObject({
    kind: z.literal('too-large'),
    /** Null: the store does not say. */
    limitBytes: z.nullable(z.int()),
    /** `rules` in records of older versions of Ferry, for which `size-not-allowed` stands now. */
    limitOf: z.optional(z.enum(['store', 'rules'])),
    answer,
  }),
  /** The destination's rules do not take files as long as this one. */
  z.strictObject({ kind: z.literal('size-not-allowed'), limitBytes: z.int() }),
  /** The destination's rules do not take files of this type. */
  z.strictObject({ kind: z.literal('type-not-allowed'), contentType: detail }),
  /** The bucket has an object under the key, and the destination's rule is to ask. */
  z.strictObject({ kind: z.literal('key-taken'), key: name }),
  /** The bucket has an object under the key, and the rule is to skip the file: the upload has ended. */
  kind('skipped'),
  // The user must act: about this computer.
  z.strictObject({
    kind: z.literal('disk-full'),
    where: z.enum(['data-folder', 'local-bucket']),
    answer,
  }),
  /**
   * The upload began in another bucket than the destination's current one, or the object there is
   * not the uploaded one. Endpoints: scheme, host and port.
   */
  z.strictObject({ kind: z.literal('destination-moved'), was: bucketPlace, now: bucketPlace }),
  /** A settings file has more destinations than a user can review. */
  z.strictObject({ kind: z.literal('too-many-destinations'), limitCount: z.int() }),
  /** Ferry asked the user outside the page, and the user did not allow it. */
  kind('not-confirmed'),
  /** It is locked: the keys are back after the user unlocks it and starts Ferry again. */
  kind('secret-store-unavailable'),
  /** It was only in memory, or encrypted with a key that is gone. */
  kind('secret-missing'),
  z.strictObject({
    kind: z.literal('local-bucket-unavailable'),
    reason: z.enum(['port-taken', 'folder-unwritable', 'broken']),
  }),
  // Between page and host.
  /** The host stopped answering: it was closed, or this page's session ended. */
  kind('host-gone'),
  /** The ID is not, or no longer, in the host's records. */
  kind('unknown-id'),
  /** The work was stopped before it ended: the user cancelled it, it took too long, or Ferry closes. */
  kind('aborted'),
  /** The store has not finished an earlier request, or another upload begins under the same key. */
  kind('busy'),
  /** Unfinished uploads, or other work of Ferry's own, still use it. */
  kind('in-use'),
  /** The upload, destination or host is not in a state in which this can be done. */
  kind('wrong-state'),
  /** Older versions of Ferry had this one kind for the four above; records and open pages still do. */
  kind('not-now'),
  z.strictObject({ kind: z.literal('internal'), reference: detail }),
])
export type Failure = z.infer<typeof Failure>
export type FailureKind = Failure['kind']
