import path from 'node:path'
import { type FileCall, realFiles, type Volume } from './simulated-files.ts'

/**
 * Windows: an open file cannot be replaced or deleted. It can be renamed, because libuv opens with
 * FILE_SHARE_DELETE; but MoveFileExW with MOVEFILE_REPLACE_EXISTING, by which libuv renames
 * (src/win/fs.c), needs a target that is not open.
 */
export function openFilesStay(): Volume {
  return {
    refusal: ({ name, path: at, target }, open) => {
      if (target !== null && target !== at && open.has(target)) return 'EPERM'
      return (name === 'unlink' || name === 'rm') && open.has(at) ? 'EPERM' : null
    },
  }
}

/** The same volume, except that a test's own calls are never refused. */
export function sparingTests(volume: Volume): Volume {
  return {
    ...volume,
    refusal: (call, open) => (isTestCalling() ? null : (volume.refusal?.(call, open) ?? null)),
  }
}

/** Looks at the first stack frame that belongs to neither Node nor these fixtures. */
function isTestCalling(): boolean {
  const frames = new Error('stack').stack?.split('\n').slice(1) ?? []
  const own = path.join(import.meta.dirname, path.sep)
  const isOwn = (frame: string) => frame.includes(own) && !frame.includes('.test.ts')
  const caller = frames.find((frame) => frame.includes(path.sep) && !isOwn(frame))
  return caller?.includes(path.join(import.meta.dirname, '..', path.sep)) ?? false
}

export interface Scanner extends Volume {
  /** The number of refused calls. */
  refusals(): number
}

/**
 * A virus scanner or an indexer: it holds every file that was just written, so that the first
 * `times` calls that would rename, replace, delete or write it are refused. `isHeld` limits it to
 * some paths.
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

/** A renamed file is still held, but not the next file with its inode. Empty: no such file. */
function identity(at: string): string {
  const stats = realFiles.statSync(at, { bigint: true, throwIfNoEntry: false })
  return stats?.isFile() === true ? `${stats.ino}:${stats.birthtimeNs}` : ''
}
