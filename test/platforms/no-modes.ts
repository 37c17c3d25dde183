import type { Volume } from './simulated-files.ts'

export type ModelessDisk =
  /**
   * vfat and exFAT as a desktop mounts a USB stick: the user owns everything; chmod fails (EPERM).
   */
  | 'stick'
  /** CIFS without Unix extensions: chmod succeeds without effect; file_mode=0755. */
  | 'share'
  /** NTFS-3G without a user map: root owns everything, and everybody has all permissions. */
  | 'foreign'

const MODES: Record<ModelessDisk, number> = { stick: 0o777, share: 0o755, foreign: 0o777 }
const ROOT_UID = 0
const NOBODY_UID = 65_534
const PERMISSIONS = 0o7777

/**
 * A disk that stores neither modes nor owners, but shows those of its mount for everything.
 * Sources: mount(8), "Mount options for fat"; mount.cifs(8), "file_mode"; ntfs-3g(8), "Access
 * Handling and Security".
 */
export function noModes(disk: ModelessDisk): Volume {
  const isRoot = process.geteuid?.() === ROOT_UID
  return {
    refusal: ({ name }) => (disk === 'stick' && /^f?chmod$/.test(name) ? 'EPERM' : null),
    stats: (stats) => {
      stats.mode = (stats.mode & ~PERMISSIONS) | MODES[disk]
      if (disk === 'foreign') stats.uid = isRoot ? NOBODY_UID : ROOT_UID
    },
  }
}
