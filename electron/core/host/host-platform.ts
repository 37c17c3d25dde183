import type { HostDescription } from '../../contract/commands/host.ts'

export function hostPlatform(platform: NodeJS.Platform): HostDescription['platform'] {
  switch (platform) {
    case 'linux':
      return 'linux'
    case 'darwin':
      return 'macos'
    case 'win32':
      return 'windows'
    default:
      return 'other'
  }
}
