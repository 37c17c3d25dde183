import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { buildDesktop } from './build-outputs.ts'
import type { StartOptions } from './start-options.ts'

/** A program that cannot run here (a library or its sandbox is missing) is gone by then. */
const START_MS = 3_000
const CLOSE_MS = 5_000
/** The system's loader says so when a library is missing. */
const LOADER_FAILED = 127

export interface DesktopRun {
  /** The program's exit code; 0 when `close` ended it. */
  readonly ended: Promise<number>
  readonly close: () => Promise<void>
}

export type DesktopStart =
  | { readonly kind: 'runs'; readonly run: DesktopRun }
  | { readonly kind: 'failed'; readonly why: string }

type Ending =
  | { readonly kind: 'exited'; readonly code: number }
  /** It never ran, or something ended it. */
  | { readonly kind: 'broke'; readonly why: string }

/**
 * Builds what is out of date and opens Electron's window on it. Answers once the window seems to
 * stay, or at `shutdown`, so that what was spawned can be closed.
 */
export async function runDesktop(
  program: string,
  options: StartOptions,
  shutdown: Promise<void>,
): Promise<DesktopStart> {
  await buildDesktop()
  const folder = fileURLToPath(new URL('..', import.meta.url))
  const dataFolder = options.dataFolder === null ? [] : ['--data-dir', options.dataFolder]
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
  const electron = spawn(program, [folder, ...dataFolder], { stdio: 'inherit', env })
  const ending = endingOf(electron)
  const early = await Promise.race([ending, shutdown, delay(START_MS, null, { ref: false })])
  if (early?.kind === 'broke') return { kind: 'failed', why: early.why }
  return { kind: 'runs', run: runOf(electron, ending) }
}

function endingOf(electron: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    electron.once('error', (error) => resolve({ kind: 'broke', why: error.message }))
    electron.once('exit', (code, signal) => {
      if (code === null) resolve({ kind: 'broke', why: `it was ended by ${signal}` })
      else if (code === LOADER_FAILED) resolve({ kind: 'broke', why: 'it lacks a library' })
      else resolve({ kind: 'exited', code })
    })
  })
}

function runOf(electron: ChildProcess, ending: Promise<Ending>): DesktopRun {
  let isClosing = false
  return {
    ended: ending.then((end) => (isClosing ? 0 : end.kind === 'exited' ? end.code : 1)),
    close: async () => {
      isClosing = true
      electron.kill('SIGTERM')
      const impatience = setTimeout(() => electron.kill('SIGKILL'), CLOSE_MS)
      await ending
      clearTimeout(impatience)
    },
  }
}
