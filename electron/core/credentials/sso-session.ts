import type { AwsFiles, Section } from './aws-files.ts'
import type { SsoSession } from './sso-token-file.ts'

/** Where a profile signs in; null when it does not say enough. */
export function sessionOfProfile(
  files: AwsFiles,
  profile: string,
  section: Section,
): SsoSession | null {
  const named = section.sso_session
  // Without a session of its own: docs.aws.amazon.com/cli/latest/userguide/sso-configure-profile-legacy.html
  const says = named === undefined ? section : files.ssoSessions.get(named)
  const startUrl = says?.sso_start_url ?? ''
  const region = says?.sso_region ?? ''
  if (startUrl === '' || !isRegion(region)) return null
  return { cacheKey: named ?? startUrl, startUrl, region, profile }
}

/** Where somebody without a profile signs in; a session of the same place is shared. */
export function sessionOfUrl(files: AwsFiles, startUrl: string, region: string): SsoSession | null {
  if (!URL.canParse(startUrl) || !isRegion(region)) return null
  const [shared] = [...files.ssoSessions].find(
    ([, says]) => says.sso_start_url === startUrl && says.sso_region === region,
  ) ?? [startUrl]
  return { cacheKey: shared, startUrl, region, profile: null }
}

/** It becomes a part of a host's name. */
function isRegion(region: string): boolean {
  return /^[a-z0-9-]{1,63}$/.test(region)
}
