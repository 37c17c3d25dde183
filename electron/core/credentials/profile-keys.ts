import {
  createCredentialChain,
  fromContainerMetadata,
  fromHttp,
  fromIni,
  fromInstanceMetadata,
  fromProcess,
  fromTokenFile,
} from '@aws-sdk/credential-providers'
import type { Failure } from '../../contract/failure/kinds.ts'
import { succeeded } from '../../contract/outcome.ts'
import { unreachable } from '../../lib/unreachable.ts'
import { keysOf } from '../s3/access-keys.ts'
import { assumeRole, keysFrom, type RoleToTake } from './assume-role.ts'
import { type CredentialPorts, clientWay } from './aws-clients.ts'
import { type AwsFiles, awsPaths, readAwsFiles, type Section } from './aws-files.ts'
import { environmentKeys } from './environment-keys.ts'
import { findMissingProgram } from './find-program.ts'
import { unavailable } from './keys-failure.ts'
import { keptKeys, missed, type Obtained, type OneTimeCode, readKeys } from './obtained.ts'
import { hasKeys, kindOf } from './profile-kind.ts'
import { sessionOfProfile } from './sso-session.ts'
import type { SsoSession } from './sso-token-file.ts'

export interface ProfileParts {
  readonly ports: CredentialPorts
  /** Of another profile, whose keys take the role: remembered by whoever is asked. */
  readonly ofProfile: (profile: string, code: OneTimeCode | null) => Promise<Obtained>
  readonly ofSso: (session: SsoSession, accountId: string, roleName: string) => Promise<Obtained>
}

/** Keys of a profile in `~/.aws`. */
export async function profileKeys(
  parts: ProfileParts,
  profile: string,
  code: OneTimeCode | null,
): Promise<Obtained> {
  const files = await readAwsFiles(parts.ports.environment)
  const problem = chainProblem(files, profile)
  if (problem !== null) return missed(problem)
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
      // What only the SDK knows of, such as `login_session`.
      return iniKeys(parts.ports, files, profile, section)
    default:
      return unreachable(kind)
  }
}

/** Follows the profiles that a role is taken with, so that none waits for itself. */
function chainProblem(files: AwsFiles, profile: string): Failure | null {
  const seen = new Set<string>()
  for (let name = profile; ; ) {
    const section = files.profiles.get(name)
    if (section === undefined) return unavailable(name, files.hasFile ? 'no-profile' : 'no-file')
    const { services, source_profile: source } = section
    if (services !== undefined && !files.services.has(services)) {
      return unavailable(name, 'incomplete')
    }
    // Keys of its own are what a source is asked for, even where it names a role besides.
    if (seen.size > 0 && hasKeys(section)) return null
    if (seen.has(name)) return unavailable(profile, 'incomplete')
    if (kindOf(section) !== 'role' || source === undefined) return null
    seen.add(name)
    name = source
  }
}

async function roleKeys(parts: ProfileParts, role: RoleToTake): Promise<Obtained> {
  const source = await sourceKeys(parts, role)
  return source.got === 'keys' ? assumeRole(parts.ports, role, source.keys) : source
}

function sourceKeys(parts: ProfileParts, role: RoleToTake): Promise<Obtained> | Obtained {
  const { profile, section, files, code } = role
  const { source_profile: source, credential_source: place } = section
  if (source !== undefined) {
    const says = files.profiles.get(source) ?? {}
    return hasKeys(says) ? sectionKeys(says) : parts.ofProfile(source, code)
  }
  switch (place) {
    case 'Environment':
      return readKeys(environmentKeys(parts.ports.environment, parts.ports.now()))
    case 'Ec2InstanceMetadata':
      return keysFrom(fromInstanceMetadata(), profile)
    case 'EcsContainer':
      return keysFrom(createCredentialChain(fromHttp(), fromContainerMetadata()), profile)
    default:
      return missed(unavailable(profile, 'incomplete'))
  }
}

function sectionKeys(section: Section): Obtained {
  const { aws_access_key_id, aws_secret_access_key, aws_session_token } = section
  return readKeys(
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
): Promise<Obtained> {
  const region = section.region || ports.environment.AWS_REGION || 'us-east-1'
  const provide = () =>
    fromTokenFile({
      webIdentityTokenFile: section.web_identity_token_file ?? '',
      roleArn: section.role_arn ?? '',
      roleSessionName: section.role_session_name ?? `ferry-${ports.now()}`,
      clientConfig: clientWay(ports, files, 'sts', region, profile),
    })()
  return keysFrom(provide, profile)
}

function iniKeys(
  ports: CredentialPorts,
  files: AwsFiles,
  profile: string,
  section: Section,
): Promise<Obtained> {
  const region = section.region || ports.environment.AWS_REGION || 'us-east-1'
  const provide = () =>
    fromIni({
      ...{ profile, ...awsPaths(ports.environment) },
      clientConfig: clientWay(ports, files, 'sts', region, profile),
    })()
  return keysFrom(provide, profile)
}

/** Whatever goes wrong there, its output is not ours to repeat. */
async function processKeys(
  { environment }: CredentialPorts,
  profile: string,
  section: Section,
): Promise<Obtained> {
  try {
    const { filepath, configFilepath } = awsPaths(environment)
    const provide = fromProcess({ profile, filepath, configFilepath, ignoreCache: true })
    return keptKeys(keysOf(await provide()))
  } catch {
    const missing = await findMissingProgram(section.credential_process ?? '', environment)
    return missed(
      missing === null
        ? unavailable(profile, 'process-failed')
        : { ...unavailable(profile, 'program-missing'), ...missing },
    )
  }
}

async function ssoKeys(
  parts: ProfileParts,
  files: AwsFiles,
  profile: string,
  section: Section,
): Promise<Obtained> {
  const session = sessionOfProfile(files, profile, section)
  const { sso_account_id: accountId, sso_role_name: roleName } = section
  if (session === null || !accountId || !roleName) return missed(unavailable(profile, 'incomplete'))
  return parts.ofSso(session, accountId, roleName)
}
