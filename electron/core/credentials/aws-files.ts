import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { loadSharedConfigFiles } from '@smithy/core/config'
import type { Environment } from '../ports.ts'

/** One section's settings by their names, `s3.endpoint_url` for nested ones. */
export type Section = Readonly<Record<string, string | undefined>>

/** What `~/.aws` says: both files together, the credentials file above the other. */
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
    !named ? join(home, '.aws', usual) : isAtHome(named) ? join(home, named.slice(2)) : named
  return {
    configFilepath: at(environment.AWS_CONFIG_FILE, 'config'),
    filepath: at(environment.AWS_SHARED_CREDENTIALS_FILE, 'credentials'),
    ssoCache: join(home, '.aws', 'sso', 'cache'),
  }
}

/** Windows' separator, too, as Python's `expanduser` reads it for the AWS CLI. */
function isAtHome(path: string): boolean {
  return path.startsWith('~/') || path.startsWith('~\\')
}

/** Never throws: what cannot be read or understood is not there, as to the AWS tools themselves. */
export async function readAwsFiles(environment: Environment): Promise<AwsFiles> {
  const { configFilepath, filepath } = awsPaths(environment)
  const [files, ...exist] = await Promise.all([
    loadSharedConfigFiles({ filepath, configFilepath, ignoreCache: true }),
    isThere(configFilepath),
    isThere(filepath),
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

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    // Unreadable is as good as absent.
    return false
  }
}
