import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isAppMessage } from '../electron/files/shutdown.ts'
import { buildDesktop } from './build-outputs.ts'
import { endChild, exitReason, startElectron } from './child-processes.ts'
import type { StartOptions } from './start-options.ts'

interface DesktopRun {
  /** The program's exit code; 0 after `close`. */
  readonly ended: Promise<number>
  readonly close: () => Promise<void>
}

export type DesktopStart =
  | { readonly kind: 'runs'; readonly run: DesktopRun }
  | { readonly kind: 'failed'; readonly why: string }

type Ending =
  /** Its exit code is meant for the caller. */
  | { readonly kind: 'exited'; readonly code: number }
  /** The program never ran, or something ended it. */
  | { readonly kind: 'broke'; readonly why: string }

/**
 * Builds what is out of date and opens Electron's window. Resolves once the window is open, or when
 * the app ends by itself, as it does after passing its files to a running instance; also at
 * `shutdown`, so that the process can be closed. If it ends earlier, with any code, the program
 * does not run on this computer.
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

/** Node throws for some errors, such as a program for another processor. */
function spawned(spawn: () => ChildProcess): ChildProcess | Error {
  try {
    return spawn()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** A program's exit may be reported before its last message. */
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
        // An Electron behind a wrapper script may have lost the channel: 0 is enough.
        if (code !== null && (hasSpoken || code === 0)) resolve({ kind: 'exited', code })
        else resolve({ kind: 'broke', why: exitReason(code, signal) })
      }
      // `close` also waits for the channel, which a helper process of Electron may keep open.
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
