import {
  type AwsProfile,
  AwsProfile as AwsProfileSchema,
} from '../../contract/commands/credentials.ts'
import type { AwsFiles, Section } from './aws-files.ts'

/** How a profile gets its keys, in the SDK's own order where it says several ways. */
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

/** Sorted by name, `default` first. What no form could show is left out. */
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
 * The endpoint that a profile names for a service: in its `services` section, else for all.
 * docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function endpointOf(files: AwsFiles, section: Section, service: string): string | null {
  const services = section.services === undefined ? undefined : files.services.get(section.services)
  return services?.[`${service}.endpoint_url`] ?? section.endpoint_url ?? null
}
