import * as z from 'zod/mini'
import { FieldProblem } from '../destination-draft.ts'
import { RuleProblem } from '../rules/upload-rules.ts'

const name = z.string().check(z.maxLength(1100))
const detail = z.string().check(z.maxLength(300))
const kind = <K extends string>(literal: K) => z.strictObject({ kind: z.literal(literal) })

/**
 * The store's own words about a request that it refused, for the details of a failure. Texts are cut
 * and hold no control or direction characters; no query string is ever in them: `store-answer.ts`.
 */
export const StoreAnswer = z.strictObject({
  status: z.int(),
  /** Empty when the answer had none, as for every HEAD. */
  code: z.string().check(z.maxLength(100)),
  message: z.string().check(z.maxLength(500)),
  requestId: z.string().check(z.maxLength(200)),
  /** The `Server` header: a proxy in front of the store often shows itself there. */
  server: z.string().check(z.maxLength(100)),
  /** As the answer dates itself, else by the clock that Ferry has. */
  atMs: z.number(),
})
export type StoreAnswer = z.infer<typeof StoreAnswer>

const place = z.string().check(z.maxLength(2000))
const bucketPlace = z.strictObject({ endpoint: place, bucket: name })
const answer = z.optional(StoreAnswer)
/** A failure that a store's answer can stand behind. */
const refusal = <K extends string>(literal: K) =>
  z.strictObject({ kind: z.literal(literal), answer })

/**
 * Everything that can go wrong and is expected to, as states of the world.
 * Plain data, since Electron keeps only an Error's message across IPC. No member may carry a
 * secret, a presigned query string or file contents.
 */
export const Failure = z.discriminatedUnion('kind', [
  // The world comes back by itself.
  kind('offline'),
  // Worth another try.
  refusal('stalled'),
  z.strictObject({ kind: z.literal('server-error'), status: z.int(), answer }),
  z.strictObject({
    kind: z.literal('throttled'),
    retryAfterMs: z.nullable(z.number().check(z.gte(0))),
    answer,
  }),
  /**
   * Status 0 in the page: DNS, refused connection, TLS, proxy or missing CORS; a page cannot tell.
   * `isOnlyPage`: the page sent a whole body, and the store answers the host when it sends the same.
   */
  z.strictObject({ kind: z.literal('no-response'), isOnlyPage: z.optional(z.literal(true)) }),
  /** The store says that the bytes it got are not the bytes that were announced. */
  refusal('body-corrupted'),
  /** The finished object is ours, and the store's checksum of it is not the file's. */
  kind('object-differs'),
  // Worth a new signature.
  refusal('url-expired'),
  z.strictObject({
    kind: z.literal('clock-skewed'),
    serverTimeMs: z.nullable(z.number()),
    answer,
  }),
  // The multipart upload is not there any more.
  refusal('upload-gone'),
  /** The store acknowledged every part and shows no object, or not a whole one. */
  kind('object-missing'),
  // The person must act: about the connection.
  z.strictObject({ kind: z.literal('form-invalid'), problems: z.array(FieldProblem) }),
  z.strictObject({ kind: z.literal('rules-invalid'), problems: z.array(RuleProblem) }),
  z.strictObject({ kind: z.literal('host-not-found'), host: name }),
  z.strictObject({ kind: z.literal('host-unreachable'), host: name }),
  z.strictObject({ kind: z.literal('tls-failed'), host: name, reason: detail }),
  /** TLS was asked of a port that speaks something else, or HTTP of one that speaks none. */
  z.strictObject({
    kind: z.literal('wrong-protocol'),
    host: name,
    /** The endpoint's. */
    scheme: z.enum(['http', 'https']),
  }),
  /** Between here and the store there is a proxy of this computer's settings. */
  z.strictObject({
    kind: z.literal('proxy-failed'),
    reason: z.enum([
      'unreachable',
      'refused',
      'misconfigured',
      'untrusted',
      'unsupported',
      /** The settings name a script (PAC), which only browsers and the desktop app run. */
      'script',
      /** The settings name a SOCKS proxy, which only browsers and the desktop app use. */
      'socks',
    ]),
    /** The network stack's own name: `ERR_TUNNEL_CONNECTION_FAILED`. */
    code: detail,
  }),
  /**
   * The proxy asks for a password, and the user has not given one that it takes. `isByVariable`: the
   * browser's host takes it from `HTTPS_PROXY` or `HTTP_PROXY`, and asks nobody.
   */
  z.strictObject({
    kind: z.literal('proxy-auth-needed'),
    isByVariable: z.optional(z.literal(true)),
    answer,
  }),
  /** The request never left this computer. */
  z.strictObject({
    kind: z.literal('network-blocked'),
    /** A port that browsers never use, a policy, another program, or the system's own firewall. */
    by: z.enum(['port', 'administrator', 'program', 'system']),
    host: name,
    code: detail,
  }),
  z.strictObject({ kind: z.literal('not-s3'), host: name, answer }),
  /** A store answers there, and what it says cannot be read. */
  z.strictObject({ kind: z.literal('answer-unreadable'), host: name, answer }),
  /** More than any answer of a store's has; the rest was not read. */
  z.strictObject({ kind: z.literal('answer-too-long'), host: name, limitBytes: z.int() }),
  /** The host's name leads to a cloud's metadata service, which no store is. */
  z.strictObject({ kind: z.literal('host-refused'), host: name }),
  refusal('credentials-rejected'),
  /** The keys are right; a proxy between here and the store changes what was signed. */
  z.strictObject({ kind: z.literal('request-rewritten'), host: name, answer }),
  refusal('credentials-expired'),
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
      /** The program of `credential_process` is in no folder of PATH. */
      'program-missing',
      'role-refused',
      'environment-empty',
      /** They hold characters that no key has. */
      'malformed',
      'unreachable',
    ]),
    /** For `program-missing`: its name, and the folders of PATH. */
    program: z.optional(name),
    folders: z.optional(z.readonly(z.array(detail))),
    /** For `environment-empty`: the login shell was asked; it had no keys either, or did not answer. */
    shell: z.optional(z.enum(['read', 'silent'])),
  }),
  /** `action`: the permission that is missing, as S3 names it (`s3:ListMultipartUploadParts`). */
  z.strictObject({ kind: z.literal('access-denied'), action: z.optional(detail), answer }),
  /** A policy denies it in so many words, so that no other policy can allow it. */
  z.strictObject({
    kind: z.literal('explicitly-denied'),
    /** Whose policy that is, where the store says it. */
    by: z.optional(
      z.enum(['bucket', 'identity', 'organization', 'session', 'boundary', 'endpoint']),
    ),
    action: z.optional(detail),
    answer,
  }),
  /** `action`: what the keys may not do with the key of the key service, `kms:GenerateDataKey`. */
  z.strictObject({
    kind: z.literal('encryption-key-denied'),
    action: z.nullable(detail),
    answer,
  }),
  /** The bucket takes no ACLs, and the destination's rules send one. */
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
  /** Something in front of the store refuses long requests; `limitBytes`: the longest it takes. */
  z.strictObject({
    kind: z.literal('request-too-large'),
    limitBytes: z.nullable(z.int()),
    answer,
  }),
  /** Something in front of the store refuses the request in words that are not S3's. */
  z.strictObject({ kind: z.literal('proxy-refused'), status: z.int(), answer }),
  /**
   * The store, or something in front of it, sends the request elsewhere. `to`: scheme and host, as
   * an endpoint is entered; null: it does not say.
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
  // The person must act: about the file.
  kind('source-changed'),
  kind('source-missing'),
  z.strictObject({
    kind: z.literal('source-unreadable'),
    /** Absent: the system does not say, or only the page has tried. */
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
  /** A cloud service keeps its bytes, and has not fetched them to this computer yet. */
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
  /** Known file, but this page was never given it (a browser after a reload): drop it again. */
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
  /** The bucket has an object there, and the destination's rule is to ask. */
  z.strictObject({ kind: z.literal('key-taken'), key: name }),
  /** The bucket has an object there, and the rule is to leave it: the upload has ended. */
  kind('skipped'),
  // The person must act: about this computer.
  z.strictObject({
    kind: z.literal('disk-full'),
    where: z.enum(['data-folder', 'local-bucket']),
    answer,
  }),
  /**
   * The upload was begun in another bucket than the destination points to now, or what lies at its
   * place now is not what was uploaded. Endpoints: scheme, host and port.
   */
  z.strictObject({ kind: z.literal('destination-moved'), was: bucketPlace, now: bucketPlace }),
  /** A file of settings has more than anybody can look through. */
  z.strictObject({ kind: z.literal('too-many-destinations'), limitCount: z.int() }),
  /** The user was asked outside the page, and did not allow it. */
  kind('not-confirmed'),
  /** Locked: whoever unlocks it and starts Ferry again has the keys back. */
  kind('secret-store-unavailable'),
  /** It was kept in memory only, or sealed by a key that is gone. */
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
