import { readdirSync, readFileSync } from 'node:fs'

const SAMPLE_MS = 100
const KIB = 1024

/** Additional bytes at the peak; null where the system does not report them. */
export interface ExtraMemory {
  readonly pageBytes: number
  readonly hostBytes: number
}

/** Watches two process trees until it is stopped. Linux only: null elsewhere. */
export function watchMemory(
  browserPid: number,
  hostPid: number,
): { readonly stop: () => ExtraMemory } | null {
  if (process.platform !== 'linux') return null
  const before = { page: treeBytes(browserPid), host: treeBytes(hostPid) }
  const peak = { ...before }
  const sample = () => {
    peak.page = Math.max(peak.page, treeBytes(browserPid))
    peak.host = Math.max(peak.host, treeBytes(hostPid))
  }
  const timer = setInterval(sample, SAMPLE_MS)
  return {
    stop: () => {
      clearInterval(timer)
      sample()
      return { pageBytes: peak.page - before.page, hostBytes: peak.host - before.host }
    },
  }
}

/** The anonymous memory of a process and its children, without files and shared code. */
function treeBytes(rootPid: number): number {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name)) parents.set(Number(name), statusOf(Number(name), 'PPid') ?? 0)
  }
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) {
      if (at === rootPid) return true
    }
    return false
  }
  return [...parents.keys()]
    .filter(isBelow)
    .reduce((sum, pid) => sum + (statusOf(pid, 'RssAnon') ?? 0) * KIB, 0)
}

function statusOf(pid: number, field: 'PPid' | 'RssAnon'): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const [, value] = new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status) ?? []
    return value === undefined ? null : Number(value)
  } catch {
    // The process ended while it was being read.
    return null
  }
}
