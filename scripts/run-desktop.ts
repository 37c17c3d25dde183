import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isAppMessage } from '../electron/core/host/parent-channel.ts'
import { buildDesktop } from './build-outputs.ts'
import { endChild, exitReason, startElectron } from './child-processes.ts'
import type { StartOptions } from './start-options.ts'

export interface DesktopRun {
  /** The program's exit code; 0 when `close` ended it. */
  readonly ended: Promise<number>
  readonly close: () => Promise<void>
}

export type DesktopStart =
  | { readonly kind: 'runs'; readonly run: DesktopRun }
  | { readonly kind: 'failed'; readonly why: string }

type Ending =
  /** Its code is an answer to whoever started it. */
  | { readonly kind: 'exited'; readonly code: number }
  /** It never ran, or something ended it. */
  | { readonly kind: 'broke'; readonly why: string }

/**
 * Builds what is out of date and opens Electron's window on it. Answers once the window is there, or
 * the app has ended by itself, as one does that hands its files to another that runs already; and at
 * `shutdown`, so that what was spawned can be closed. An end before that, with any code, is a program
 * that does not run on this computer.
 */
export async function runDesktop(
  program: string,
  options: StartOptions,
  shutdown: Promise<void>,
): Promise<DesktopStart> {
  await buildDesktop()
  const folder = fileURLToPath(new URL('..', import.meta.url))
  const dataFolder = options.dataFolder === null ? [] : ['--data-dir', options.dataFolder]
  const electron = spawned(() => startElectron(program, [folder, ...dataFolder]))
  if (electron instanceof Error) return { kind: 'failed', why: electron.message }
  const { ready, ending } = follow(electron)
  const early = await Promise.race([ending, ready, shutdown])
  if (early?.kind === 'broke') return { kind: 'failed', why: early.why }
  return { kind: 'runs', run: runOf(electron, ending) }
}

/** Node throws what it does not know from a missing program: one for another processor, for example. */
function spawned(spawn: () => ChildProcess): ChildProcess | Error {
  try {
    return spawn()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** The end of a program can be heard before its last message. */
const LAST_WORDS_MS = 500

function follow(electron: ChildProcess) {
  let hasSpoken = false
  const ready = new Promise<void>((resolve) => {
    electron.on('message', (message) => {
      if (isAppMessage(message, 'ready')) resolve()
      else if (!isAppMessage(message, 'leaving')) return
      hasSpoken = true
    })
  })
  const ending = new Promise<Ending>((resolve) => {
    electron.once('error', (error) => resolve({ kind: 'broke', why: error.message }))
    electron.once('exit', (code, signal) => {
      const judge = () => {
        // An Electron behind a script of somebody's may have lost the channel: 0 says enough.
        if (code !== null && (hasSpoken || code === 0)) resolve({ kind: 'exited', code })
        else resolve({ kind: 'broke', why: exitReason(code, signal) })
      }
      // `close` waits for the channel's end, which a helper of Electron's may hold open.
      electron.once('close', judge)
      setTimeout(judge, LAST_WORDS_MS).unref()
    })
  })
  return { ready, ending }
}

function runOf(electron: ChildProcess, ending: Promise<Ending>): DesktopRun {
  let isClosing = false
  return {
    ended: ending.then((end) => (isClosing ? 0 : end.kind === 'exited' ? end.code : 1)),
    close: async () => {
      isClosing = true
      await endChild(electron)
    },
  }
}
