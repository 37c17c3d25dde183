import * as z from 'zod/mini'
import { command, nothing } from './row.ts'

const text = (max: number) => z.string().check(z.maxLength(max))

/** The source of a destination's keys. It contains nothing secret. */
export const CredentialSource = z.discriminatedUnion('kind', [
  /** Typed into the form: the vault holds the secret, and the session token if there is one. */
  z.strictObject({ kind: z.literal('keys'), accessKeyId: text(300) }),
  /** From `~/.aws/config` and `~/.aws/credentials`: keys, roles, processes, SSO. */
  z.strictObject({ kind: z.literal('profile'), profile: text(200) }),
  /** IAM Identity Center without a profile. */
  z.strictObject({
    kind: z.literal('sso'),
    startUrl: text(2000),
    ssoRegion: text(100),
    accountId: text(20),
    roleName: text(200),
  }),
  /** `AWS_ACCESS_KEY_ID` and similar variables, as Ferry was started with. */
  z.strictObject({ kind: z.literal('environment') }),
])
export type CredentialSource = z.infer<typeof CredentialSource>

export const CredentialKind = z.enum(['keys', 'profile', 'sso', 'environment'])
export type CredentialKind = z.infer<typeof CredentialKind>

/** The details of a profile that the form shows. */
export const AwsProfile = z.strictObject({
  name: text(200),
  kind: z.enum(['keys', 'role', 'sso', 'process', 'web-identity', 'empty']),
  region: z.nullable(text(100)),
  /** `endpoint_url`, also of its `services` section. */
  endpoint: z.nullable(text(2000)),
})
export type AwsProfile = z.infer<typeof AwsProfile>

export const SignInId = z.uuid().brand('SignInId')
export type SignInId = z.infer<typeof SignInId>

/** The next step until there are keys. */
export const SignInStep = z.discriminatedUnion('step', [
  /** `expiresAtMs` is null for keys that do not expire. */
  z.strictObject({ step: z.literal('ready'), expiresAtMs: z.nullable(z.number()) }),
  /** The role asks for the six digits of this device (its serial number or ARN). */
  z.strictObject({ step: z.literal('code'), serial: text(300) }),
  /** The user confirms `userCode` on that page; `awaitSignIn` answers when that is done. */
  z.strictObject({
    step: z.literal('browser'),
    signInId: SignInId,
    url: text(2000),
    userCode: text(60),
    expiresAtMs: z.number(),
  }),
])
export type SignInStep = z.infer<typeof SignInStep>

/** An account that the signed-in user may use, and its roles. */
export const SsoAccount = z.strictObject({
  accountId: text(20),
  name: text(300),
  roleNames: z.array(text(200)),
})
export type SsoAccount = z.infer<typeof SsoAccount>

export const credentialCommands = {
  /** Reads `~/.aws`, or the files that `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` name. */
  listProfiles: command(
    nothing,
    z.strictObject({ profiles: z.array(AwsProfile), hasEnvironment: z.boolean() }),
  ),
  /** Gets keys from the source, or says what the user has to do for them. */
  signIn: command(
    z.strictObject({
      source: CredentialSource,
      /** The device's six digits, when they were asked for. */
      code: z.nullable(z.string().check(z.regex(/^\d{6}$/))),
    }),
    SignInStep,
  ),
  /** Answers when the user has confirmed or refused, or the sign-in has expired. */
  awaitSignIn: command(z.strictObject({ signInId: SignInId }), SignInStep),
  cancelSignIn: command(z.strictObject({ signInId: SignInId }), nothing),
  /** Lists what the user may use after a sign-in. Fails with `sign-in-needed` before one. */
  listSsoAccounts: command(
    z.strictObject({
      startUrl: z.string().check(z.maxLength(2000)),
      ssoRegion: z.string().check(z.maxLength(100)),
    }),
    z.strictObject({ accounts: z.array(SsoAccount) }),
  ),
} as const
