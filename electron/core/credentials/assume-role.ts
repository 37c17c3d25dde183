import { fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import { type Identity, identityOf, type Keys, keysOf } from '../s3/access-keys.ts'
import { type CredentialPorts, clientWay } from './aws-clients.ts'
import type { AwsFiles, Section } from './aws-files.ts'
import { failureOfKeys } from './keys-failure.ts'
import { keptKeys, missed, type Obtained, type OneTimeCode } from './obtained.ts'

/** docs.aws.amazon.com/cli/latest/topic/config-vars.html#using-aws-iam-roles */
const USUAL_SECONDS = 3600

export interface RoleToTake {
  readonly profile: string
  readonly section: Section
  readonly files: AwsFiles
  readonly code: OneTimeCode | null
}

/** Keys of the role that a profile names, taken with those of its source. */
export async function assumeRole(
  ports: CredentialPorts,
  { profile, section, files, code }: RoleToTake,
  source: Keys,
): Promise<Obtained> {
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
        DurationSeconds: Number.parseInt(section.duration_seconds ?? '', 10) || USUAL_SECONDS,
        ...(section.external_id === undefined ? {} : { ExternalId: section.external_id }),
        ...(serial === null ? {} : { SerialNumber: serial }),
      },
      mfaCodeProvider: async () => digits ?? '',
      clientConfig: clientWay(ports, files, 'sts', region, profile),
    })()
  return keysFrom(provide, profile)
}

export async function keysFrom(
  provide: () => Promise<Identity>,
  profile: string,
): Promise<Obtained> {
  try {
    return keptKeys(keysOf(await provide()))
  } catch (error) {
    return missed(failureOfKeys(error, profile))
  }
}
