import type { Stats } from 'node:fs'
import type { Volume } from './simulated-files.ts'

export interface CloudFolder extends Volume {
  /** The service downloads the bytes: the file is local from now on. */
  fetch(path: string): void
}

/** The errors with which the systems refuse to read missing content, as Node reports them. */
export const CLOUD_REFUSALS = {
  /** EDEADLK, for which libuv has no name. */
  darwin: { code: 'Unknown system error -11', errno: -11 },
  /** ERROR_CLOUD_FILE_PROVIDER_NOT_RUNNING and similar errors, for which libuv has no name. */
  win32: { code: 'UNKNOWN', errno: -4094 },
} as const

/**
 * Placeholders of iCloud (dataless files) or OneDrive (Files On-Demand) while their service is
 * offline: they have a name, a length and times, they can be opened, and they use no disk space.
 */
export function cloudFolder(platform: keyof typeof CLOUD_REFUSALS): CloudFolder {
  const fetched = new Set<string>()
  return {
    fetch: (path) => void fetched.add(path),
    refusal: ({ name, path }) => {
      if (name !== 'fread' || fetched.has(path)) return null
      const { code, errno } = CLOUD_REFUSALS[platform]
      throw Object.assign(new Error(`${code}: read`), { code, errno, syscall: 'read' })
    },
    stats: (stats: Stats, path) => {
      if (stats.isFile() && !fetched.has(path)) stats.blocks = 0
    },
  }
}
