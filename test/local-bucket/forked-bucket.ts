import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { LocalBucket } from '../../electron/local-bucket/local-bucket.ts'

const PROGRAM = fileURLToPath(new URL('./bucket-process.ts', import.meta.url))

export interface ForkedBucket {
  readonly bucket: LocalBucket
  readonly child: ChildProcess
  peakKib(): Promise<number>
  /** Kills the process, like a crash or a power cut. */
  kill(): Promise<void>
}

/** Starts a bucket in a separate process and waits until it serves. */
export function forkedBucket(folder: string): Promise<ForkedBucket> {
  return started(process.execPath, [PROGRAM, folder])
}

/**
 * The same with a file size limit of `blocks` of 512 bytes or 1 KiB, depending on the shell: writes
 * then fail as on a full disk. Not on Windows.
 */
export function crampedBucket(folder: string, blocks: number): Promise<ForkedBucket> {
  const script = `ulimit -f ${blocks}; exec "$0" "$@"`
  return started('sh', ['-c', script, process.execPath, PROGRAM, folder])
}

async function started(command: string, args: readonly string[]): Promise<ForkedBucket> {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const described = (await reply(child)) as Omit<LocalBucket, 'close'>
  const ended = once(child, 'exit')
  return {
    child,
    bucket: {
      ...described,
      close: async () => {
        child.disconnect()
        await ended
      },
    },
    peakKib: async () => {
      child.send('peak')
      return (await reply(child)) as number
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function reply(child: ChildProcess): Promise<unknown> {
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('The bucket process ended'))),
  ])
  return message
}
