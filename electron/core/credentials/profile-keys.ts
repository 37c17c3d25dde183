import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import {
  createCredentialChain,
  fromContainerMetadata,
  fromHttp,
  fromIni,
  fromInstanceMetadata,
  fromProcess,
  fromTemporaryCredentials,
  fromTokenFile,
} from '@aws-sdk/credential-providers'
import type { Failure } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { unreachable } from '../../lib/unreachable.ts'
import type { Environment } from '../ports.ts'
import { type Identity, identityOf, type Keys, keysOf } from '../s3/access-keys.ts'
import { type CredentialPorts, clientConfig } from './aws-clients.ts'
import {
  type AwsFiles,
  awsPaths,
  hasKeys,
  kindOf,
  readAwsFiles,
  type Section,
} from './aws-profiles.ts'
import {
  type CredentialResult,
  cacheableKeys,
  credentialFailure,
  keysUnavailable,
  localKeys,
  noKeysBecause,
  type OneTimeCode,
} from './credential-result.ts'
import { type SsoSession, sessionOfProfile } from './sso-tokens.ts'

export interface ProfileDeps {
  readonly ports: CredentialPorts
  /** Answers the keys of another profile, which assume the role. The callee caches them. */
  readonly keysOfProfile: (profile: string, code: OneTimeCode | null) => Promise<CredentialResult>
  readonly keysOfSso: (
    session: SsoSession,
    accountId: string,
    roleName: string,
  ) => Promise<CredentialResult>
}

/** Gets the keys of a profile in `~/.aws`. */
export async function profileKeys(
  parts: ProfileDeps,
  profile: string,
  code: OneTimeCode | null,
): Promise<CredentialResult> {
  const files = await readAwsFiles(parts.ports.environment)
  const problem = chainProblem(files, profile)
  if (problem !== null) return noKeysBecause(problem)
  const section = files.profiles.get(profile) ?? {}
  const kind = kindOf(section)
  switch (kind) {
    case 'role':
      return roleKeys(parts, { profile, section, files, code })
    case 'keys':
      return sectionKeys(section)
    case 'web-identity':
      return tokenFileKeys(parts.ports, files, profile, section)
    case 'process':
      return processKeys(parts.ports, profile, section)
    case 'sso':
      return ssoKeys(parts, files, profile, section)
    case 'empty':
      // Sources that only the SDK supports, such as `login_session`.
      return iniKeys(parts.ports, files, profile, section)
    default:
      return unreachable(kind)
  }
}

/** Follows the chain of source profiles, so that no role waits for itself. */
function chainProblem(files: AwsFiles, profile: string): Failure | null {
  const seen = new Set<string>()
  for (let name = profile; ; ) {
    const section = files.profiles.get(name)
    if (section === undefined)
      return keysUnavailable(name, files.hasFile ? 'no-profile' : 'no-file')
    const { services, source_profile: source } = section
    if (services !== undefined && !files.services.has(services)) {
      return keysUnavailable(name, 'incomplete')
    }
    // A source profile with its own keys uses them, even if it also names a role.
    if (seen.size > 0 && hasKeys(section)) return null
    if (seen.has(name)) return keysUnavailable(profile, 'incomplete')
    if (kindOf(section) !== 'role' || source === undefined) return null
    seen.add(name)
    name = source
  }
}

async function roleKeys(parts: ProfileDeps, role: RoleToAssume): Promise<CredentialResult> {
  const source = await sourceKeys(parts, role)
  return source.got === 'keys' ? assumeRole(parts.ports, role, source.keys) : source
}

function sourceKeys(
  parts: ProfileDeps,
  role: RoleToAssume,
): Promise<CredentialResult> | CredentialResult {
  const { profile, section, files, code } = role
  const { source_profile: source, credential_source: place } = section
  if (source !== undefined) {
    const says = files.profiles.get(source) ?? {}
    return hasKeys(says) ? sectionKeys(says) : parts.keysOfProfile(source, code)
  }
  switch (place) {
    case 'Environment':
      return localKeys(environmentKeys(parts.ports.environment, parts.ports.now()))
    case 'Ec2InstanceMetadata':
      return keysFrom(fromInstanceMetadata(), profile)
    case 'EcsContainer':
      return keysFrom(createCredentialChain(fromHttp(), fromContainerMetadata()), profile)
    default:
      return noKeysBecause(keysUnavailable(profile, 'incomplete'))
  }
}

function sectionKeys(section: Section): CredentialResult {
  const { aws_access_key_id, aws_secret_access_key, aws_session_token } = section
  return localKeys(
    succeeded({
      accessKeyId: aws_access_key_id ?? '',
      secretAccessKey: aws_secret_access_key ?? '',
      sessionToken: aws_session_token ?? '',
      expiresAtMs: null,
    }),
  )
}

function tokenFileKeys(
  ports: CredentialPorts,
  files: AwsFiles,
  profile: string,
  section: Section,
): Promise<CredentialResult> {
  const region = section.region || ports.environment.AWS_REGION || 'us-east-1'
  const provide = () =>
    fromTokenFile({
      webIdentityTokenFile: section.web_identity_token_file ?? '',
      roleArn: section.role_arn ?? '',
      roleSessionName: section.role_session_name ?? `ferry-${ports.now()}`,
      clientConfig: clientConfig(ports, files, 'sts', region, profile),
    })()
  return keysFrom(provide, profile)
}

function iniKeys(
  ports: CredentialPorts,
  files: AwsFiles,
  profile: string,
  section: Section,
): Promise<CredentialResult> {
  const region = section.region || ports.environment.AWS_REGION || 'us-east-1'
  const provide = () =>
    fromIni({
      ...{ profile, ...awsPaths(ports.environment) },
      clientConfig: clientConfig(ports, files, 'sts', region, profile),
    })()
  return keysFrom(provide, profile)
}

/** If the process fails, Ferry does not repeat its output, which may hold secrets. */
async function processKeys(
  { environment }: CredentialPorts,
  profile: string,
  section: Section,
): Promise<CredentialResult> {
  try {
    const { filepath, configFilepath } = awsPaths(environment)
    const provide = fromProcess({ profile, filepath, configFilepath, ignoreCache: true })
    return cacheableKeys(keysOf(await provide()))
  } catch {
    const missing = await findMissingProgram(section.credential_process ?? '', environment)
    return noKeysBecause(
      missing === null
        ? keysUnavailable(profile, 'process-failed')
        : { ...keysUnavailable(profile, 'program-missing'), ...missing },
    )
  }
}

async function ssoKeys(
  parts: ProfileDeps,
  files: AwsFiles,
  profile: string,
  section: Section,
): Promise<CredentialResult> {
  const session = sessionOfProfile(files, profile, section)
  const { sso_account_id: accountId, sso_role_name: roleName } = section
  if (session === null || !accountId || !roleName)
    return noKeysBecause(keysUnavailable(profile, 'incomplete'))
  return parts.keysOfSso(session, accountId, roleName)
}

/** docs.aws.amazon.com/cli/latest/topic/config-vars.html#using-aws-iam-roles */
const DEFAULT_SESSION_SECONDS = 3600

interface RoleToAssume {
  readonly profile: string
  readonly section: Section
  readonly files: AwsFiles
  readonly code: OneTimeCode | null
}

/** Assumes the role that a profile names, with the keys of its source. */
async function assumeRole(
  ports: CredentialPorts,
  { profile, section, files, code }: RoleToAssume,
  source: Keys,
): Promise<CredentialResult> {
  const serial = section.mfa_serial ?? null
  const digits = serial === null ? null : (code?.take() ?? null)
  if (serial !== null && digits === null) return { got: 'code-needed', serial }
  const region = section.region || ports.environment.AWS_REGION || 'us-east-1'
  const provide = () =>
    fromTemporaryCredentials({
      masterCredentials: identityOf(source),
      params: {
        RoleArn: section.role_arn,
        RoleSessionName: section.role_session_name ?? `ferry-${ports.now()}`,
        DurationSeconds:
          Number.parseInt(section.duration_seconds ?? '', 10) || DEFAULT_SESSION_SECONDS,
        ...(section.external_id === undefined ? {} : { ExternalId: section.external_id }),
        ...(serial === null ? {} : { SerialNumber: serial }),
      },
      mfaCodeProvider: async () => digits ?? '',
      clientConfig: clientConfig(ports, files, 'sts', region, profile),
    })()
  return keysFrom(provide, profile)
}

async function keysFrom(
  provide: () => Promise<Identity>,
  profile: string,
): Promise<CredentialResult> {
  try {
    return cacheableKeys(keysOf(await provide()))
  } catch (error) {
    return noKeysBecause(credentialFailure(error, profile))
  }
}

/**
 * docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html
 * @param shell the outcome of asking the user's login shell, if it was asked.
 */
export function environmentKeys(
  environment: Environment,
  nowMs: number,
  shell?: 'read' | 'silent',
): Outcome<Keys> {
  const empty = (name: string) =>
    failed({
      ...keysUnavailable(name, 'environment-empty'),
      ...(shell === undefined ? {} : { shell }),
    })
  const accessKeyId = environment.AWS_ACCESS_KEY_ID ?? ''
  const secretAccessKey = environment.AWS_SECRET_ACCESS_KEY ?? ''
  if (accessKeyId === '') return empty('AWS_ACCESS_KEY_ID')
  if (secretAccessKey === '') return empty('AWS_SECRET_ACCESS_KEY')
  const endMs = Date.parse(environment.AWS_CREDENTIAL_EXPIRATION ?? '')
  const expiresAtMs = Number.isNaN(endMs) ? null : endMs
  if (expiresAtMs !== null && expiresAtMs <= nowMs) return failed({ kind: 'credentials-expired' })
  const sessionToken = environment.AWS_SESSION_TOKEN ?? ''
  return succeeded({ accessKeyId, secretAccessKey, sessionToken, expiresAtMs })
}

/** A program that a shell would not find, and the folders that it would search. */
interface MissingProgram {
  readonly program: string
  readonly folders: readonly string[]
}

/** Shells have some built-in commands, and an assignment may precede the program. */
const NOT_A_PROGRAM = /[\s"'`$=|&;<>()\\/]|^$/
/** As many as fit into a sentence. */
const MAX_FOLDERS = 12
const MAX_CHARACTERS = 200

/**
 * Answers the program of a command that is in no folder of PATH; null if it is found, or if the
 * first word alone does not show that. Not for Windows, which searches in more places.
 */
async function findMissingProgram(
  command: string,
  environment: Environment,
): Promise<MissingProgram | null> {
  const [program = ''] = command.trim().split(/\s+/)
  if (process.platform === 'win32' || NOT_A_PROGRAM.test(program)) return null
  const folders = (environment.PATH ?? '').split(delimiter).filter(Boolean)
  const found = await Promise.all(folders.map((folder) => isExecutable(join(folder, program))))
  if (found.includes(true)) return null
  const named = folders.slice(0, MAX_FOLDERS).map((folder) => folder.slice(0, MAX_CHARACTERS))
  return { program: program.slice(0, MAX_CHARACTERS), folders: named }
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
