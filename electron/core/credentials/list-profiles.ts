import type { CommandOutput } from '../../contract/commands.ts'
import type { CredentialPorts } from './aws-clients.ts'
import { readAwsFiles } from './aws-files.ts'
import { environmentKeys } from './environment-keys.ts'
import { listedProfiles } from './profile-kind.ts'

/** What there is to choose keys from. */
export async function listProfiles(ports: CredentialPorts): Promise<CommandOutput<'listProfiles'>> {
  await ports.readShell?.()
  const { environment } = ports
  const profiles = listedProfiles(await readAwsFiles(environment))
  return { profiles, hasEnvironment: environmentKeys(environment, ports.now()).ok }
}
