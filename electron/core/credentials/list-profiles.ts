import type { CommandOutput } from '../../contract/commands.ts'
import type { CredentialPorts } from './aws-clients.ts'
import { readAwsFiles } from './aws-files.ts'
import { environmentKeys } from './environment-keys.ts'
import { listedProfiles } from './profile-kind.ts'

/** What there is to choose keys from. */
export async function listProfiles({
  environment,
  now,
}: CredentialPorts): Promise<CommandOutput<'listProfiles'>> {
  const profiles = listedProfiles(await readAwsFiles(environment))
  return { profiles, hasEnvironment: environmentKeys(environment, now()).ok }
}
