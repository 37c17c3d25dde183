import type { HostNotice } from '../../contract/commands/host.ts'
import type { Environment } from '../ports.ts'
import type { Privacy } from '../safe-path.ts'
import { isOnNetwork } from './network-drive.ts'
import { narrowToUser, type RunProgram } from './windows-access.ts'

export interface FolderFacts {
  /** Others may get in: no secret may be written there in the clear. */
  readonly isOpen: boolean
  readonly troubles: readonly HostNotice[]
}

export interface FolderDeps {
  readonly folder: string
  /** The answer of `makeDataFolder`. */
  readonly privacy: Privacy
  readonly platform: NodeJS.Platform
  readonly environment: Environment
  /** Runs `icacls` and `whoami` on Windows. */
  readonly run?: RunProgram
}

/**
 * Finds out who else gets at the data folder, and where it lies. On Windows it takes a folder
 * outside the profile from others first.
 */
export async function inspectDataFolder(deps: FolderDeps): Promise<FolderFacts> {
  const { folder, privacy, platform } = deps
  const isOpen = platform === 'win32' ? !(await narrowToUser(folder, deps)) : privacy === 'open'
  const why = platform === 'win32' ? 'access-list' : 'disk'
  const troubles: HostNotice[] = []
  if (isOpen) troubles.push({ kind: 'folder-open', folder, why })
  if (isOnNetwork(folder, platform)) troubles.push({ kind: 'folder-on-network', folder })
  return { isOpen, troubles }
}
