import { statfsSync } from 'node:fs'

/**
 * Linux' numbers of network file systems (statfs(2)): NFS, SMB, CIFS, SMB 2, AFS, Ceph, 9P. FUSE is
 * not among them, since most of what it serves lies on this computer.
 */
const NETWORK_TYPES = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x00c36400, 0x01021997,
])

/**
 * Whether a folder is seen to lie on another computer. On Windows that is a share by its own name
 * (`\\server\share`); a letter that a share is mapped to is not told from a disk. On macOS nothing
 * tells: the numbers there are given at each start.
 */
export function isOnNetwork(
  folder: string,
  platform: NodeJS.Platform,
  typeOf: (folder: string) => number = (path) => statfsSync(path).type,
): boolean {
  if (platform === 'win32') return isShare(folder)
  if (platform !== 'linux') return false
  try {
    // Some of the numbers have the highest bit set, which a signed field makes negative.
    return NETWORK_TYPES.has(typeOf(folder) >>> 0)
  } catch {
    return false
  }
}

/** `\\?\C:\…` and `\\.\…` are this computer's: learn.microsoft.com, "Naming Files, Paths". */
function isShare(path: string): boolean {
  if (/^[\\/]{2}[?.][\\/]/.test(path)) return /^[\\/]{2}\?[\\/]UNC[\\/]/i.test(path)
  return /^[\\/]{2}[^\\/]/.test(path)
}
