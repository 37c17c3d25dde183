import path from 'node:path'
import { type FileCall, realFiles, type Volume } from './simulated-files.ts'

/**
 * Windows: a file that somebody has open cannot be replaced or deleted. It can be renamed, for
 * libuv opens with FILE_SHARE_DELETE; but MoveFileExW with MOVEFILE_REPLACE_EXISTING, by which
 * libuv renames (src/win/fs.c), needs a target that nobody has open.
 */
export function openFilesStay(): Volume {
  return {
    refusal: ({ name, path: at, target }, open) => {
      if (target !== null && target !== at && open.has(target)) return 'EPERM'
      return (name === 'unlink' || name === 'rm') && open.has(at) ? 'EPERM' : null
    },
  }
}

/** The same, but for calls that a test makes by itself. */
export function sparingTests(volume: Volume): Volume {
  return {
    ...volume,
    refusal: (call, open) => (isTestCalling() ? null : (volume.refusal?.(call, open) ?? null)),
  }
}

/** Tells by the first frame of the stack that belongs to neither Node nor these fixtures. */
function isTestCalling(): boolean {
  const frames = new Error('stack').stack?.split('\n').slice(1) ?? []
  const own = path.join(import.meta.dirname, path.sep)
  const isOwn = (frame: string) => frame.includes(own) && !frame.includes('.test.ts')
  const caller = frames.find((frame) => frame.includes(path.sep) && !isOwn(frame))
  return caller?.includes(path.join(import.meta.dirname, '..', path.sep)) ?? false
}

export interface Scanner extends Volume {
  /** How many calls it has refused. */
  refusals(): number
}

/**
 * A virus scanner or an indexer: it holds every file that was just written, so that the first
 * `times` calls are refused that would rename, replace, delete or write it. `isHeld` narrows it
 * to some paths.
 */
export function scanner(times = 2, isHeld: (path: string) => boolean = () => true): Scanner {
  const left = new Map<string, number>()
  let refusals = 0
  const isRefused = (at: string) => {
    const key = isHeld(at) ? identity(at) : ''
    const rest = left.get(key) ?? 0
    if (rest === 0) return false
    left.set(key, rest - 1)
    refusals++
    return true
  }
  return {
    refusals: () => refusals,
    refusal: (call) => {
      if (call.name === 'rename') {
        const isBusy = isRefused(call.path) || (call.target !== null && isRefused(call.target))
        return isBusy ? 'EPERM' : null
      }
      if (call.name === 'unlink' || call.name === 'rm') return isRefused(call.path) ? 'EBUSY' : null
      return call.isWriting && !call.isExclusive && isRefused(call.path) ? 'EBUSY' : null
    },
    done: (call) => {
      for (const at of writtenBy(call)) if (isHeld(at)) left.set(identity(at), times)
    },
  }
}

function writtenBy({ path: at, target, isWriting }: FileCall): readonly string[] {
  if (target !== null) return [target]
  return isWriting ? [at] : []
}

/** A file that is renamed stays held, and not the next one with its inode. Empty: not there. */
function identity(at: string): string {
  const stats = realFiles.statSync(at, { bigint: true, throwIfNoEntry: false })
  return stats?.isFile() === true ? `${stats.ino}:${stats.birthtimeNs}` : ''
}
