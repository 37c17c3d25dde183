import { isRegion } from '../../contract/plain-text.ts'
import type { CorePorts } from '../ports.ts'
import { boundedHttp } from '../s3/http/bounded-http.ts'
import { type AwsFiles, endpointOf, type Section } from './aws-profiles.ts'

/** Signing in and assuming a role are small requests, and the user or an upload waits for them. */
const TIMEOUTS = { connectMs: 8000, idleMs: 15_000, wholeMs: 60_000 } as const

export type CredentialPorts = Pick<
  CorePorts,
  'now' | 'environment' | 'readShell' | 'storeHttp' | 'nodeNetwork'
>

/** Named as the SDK names a faulty profile: `credentialFailure` reads both. */
class IncompleteSettings extends Error {
  override readonly name = 'CredentialsProviderError'

  constructor() {
    super('A region or an endpoint cannot be one')
  }
}

/** The service's name in `AWS_ENDPOINT_URL_…` and in a `services` section. */
type Service = 'sts' | 'sso' | 'sso_oidc'

/** The configuration of a client of one of AWS's services. */
export interface ClientConfig {
  readonly region: string
  readonly maxAttempts: number
  readonly endpoint?: string
  readonly profile?: string
  readonly requestHandler?: object
}

/**
 * Finds endpoints as the AWS tools do: first a variable, then the profile's setting. They are
 * resolved here, because the SDK would read the environment of the process itself.
 * @throws IncompleteSettings for an invalid region or address.
 */
export function clientConfig(
  ports: CredentialPorts,
  files: AwsFiles,
  service: Service,
  region: string,
  profile: string | null,
): ClientConfig {
  const { environment } = ports
  const section: Section = (profile === null ? undefined : files.profiles.get(profile)) ?? {}
  const named =
    environment[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ||
    environment.AWS_ENDPOINT_URL ||
    endpointOf(files, section, service)
  const isAddress = !named || /^https?:$/.test(URL.parse(named)?.protocol ?? '')
  if (!isAddress || !isRegion(region)) throw new IncompleteSettings()
  return {
    region,
    maxAttempts: 2,
    ...(named ? { endpoint: named } : {}),
    ...(profile === null ? {} : { profile }),
    requestHandler: boundedHttp(ports, TIMEOUTS),
  }
}
