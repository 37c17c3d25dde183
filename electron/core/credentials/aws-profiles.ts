import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { loadSharedConfigFiles } from '@smithy/core/config'
import {
  type AwsProfile,
  AwsProfile as AwsProfileSchema,
} from '../../contract/commands/credentials.ts'
import type { Environment } from '../ports.ts'

/** One section's settings by their names, `s3.endpoint_url` for nested ones. */
export type Section = Readonly<Record<string, string | undefined>>

/** The contents of `~/.aws`: both files together, with the credentials file taking precedence. */
export interface AwsFiles {
  /** False when neither file is there. */
  readonly hasFile: boolean
  readonly profiles: ReadonlyMap<string, Section>
  /** `[sso-session name]` */
  readonly ssoSessions: ReadonlyMap<string, Section>
  /** `[services name]` */
  readonly services: ReadonlyMap<string, Section>
}

/** docs.aws.amazon.com/sdkref/latest/guide/file-location.html */
export function awsPaths(environment: Environment) {
  const home = environment.HOME || environment.USERPROFILE || homedir()
  const at = (named: string | undefined, usual: string) =>
    !named ? join(home, '.aws', usual) : startsWithHome(named) ? join(home, named.slice(2)) : named
  return {
    configFilepath: at(environment.AWS_CONFIG_FILE, 'config'),
    filepath: at(environment.AWS_SHARED_CREDENTIALS_FILE, 'credentials'),
    ssoCache: join(home, '.aws', 'sso', 'cache'),
  }
}

/** Also accepts Windows' separator, as Python's `expanduser` does for the AWS CLI. */
function startsWithHome(path: string): boolean {
  return path.startsWith('~/') || path.startsWith('~\\')
}

/** Never throws: what cannot be read or parsed counts as absent, as in the AWS tools themselves. */
export async function readAwsFiles(environment: Environment): Promise<AwsFiles> {
  const { configFilepath, filepath } = awsPaths(environment)
  const [files, ...exist] = await Promise.all([
    loadSharedConfigFiles({ filepath, configFilepath, ignoreCache: true }),
    exists(configFilepath),
    exists(filepath),
  ])
  const profiles = new Map<string, Section>()
  const ssoSessions = new Map<string, Section>()
  const services = new Map<string, Section>()
  for (const [key, section] of Object.entries(files.configFile)) {
    const [, type, name] = /^(sso-session|services)\.(.+)$/s.exec(key) ?? []
    if (name === undefined) profiles.set(key, { ...section })
    else (type === 'services' ? services : ssoSessions).set(name, { ...section })
  }
  for (const [name, section] of Object.entries(files.credentialsFile)) {
    profiles.set(name, { ...profiles.get(name), ...section })
  }
  return { hasFile: exist.includes(true), profiles, ssoSessions, services }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    // An unreadable file counts as absent.
    return false
  }
}

/** How a profile gets its keys, in the SDK's own order if it names several ways. */
export function kindOf(section: Section): AwsProfile['kind'] {
  const isRole = section.role_arn !== undefined
  if (isRole && (section.source_profile ?? section.credential_source) !== undefined) return 'role'
  if (hasKeys(section)) return 'keys'
  if (isRole && section.web_identity_token_file !== undefined) return 'web-identity'
  if (section.credential_process !== undefined) return 'process'
  if (section.sso_session !== undefined || section.sso_start_url !== undefined) return 'sso'
  return 'empty'
}

export function hasKeys(section: Section): boolean {
  return section.aws_access_key_id !== undefined && section.aws_secret_access_key !== undefined
}

/** Sorted by name, `default` first. Omits names that no form could show. */
export function listedProfiles(files: AwsFiles): AwsProfile[] {
  const profiles = [...files.profiles].flatMap(([name, section]) => {
    const region = section.region ?? null
    const endpoint = endpointOf(files, section, 's3')
    const shown = AwsProfileSchema.safeParse({ name, kind: kindOf(section), region, endpoint })
    return shown.success ? [shown.data] : []
  })
  return profiles.sort((one, other) => orderOf(one.name).localeCompare(orderOf(other.name), 'en'))
}

function orderOf(name: string): string {
  return name === 'default' ? '' : name
}

/**
 * The endpoint that a profile names for a service: in its `services` section, otherwise for all.
 * docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function endpointOf(files: AwsFiles, section: Section, service: string): string | null {
  const services = section.services === undefined ? undefined : files.services.get(section.services)
  return services?.[`${service}.endpoint_url`] ?? section.endpoint_url ?? null
}
