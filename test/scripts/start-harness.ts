import { chmod, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Child, ROOT, run, runNode } from '../e2e/child.ts'
import { removeFolder } from '../remove-folder.ts'

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ferry-start-'))
  onTestFinished(() => removeFolder(folder))
  return folder
}

/** Runs scripts/start.ts; `env` is added to an environment without any display or Electron. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Child {
  return ended(runNode([join(ROOT, 'scripts/start.ts'), ...args], environment(env)))
}

/** The README's command, npm and its shell included. */
export function npmStart(args: readonly string[], env: NodeJS.ProcessEnv = {}): Child {
  return ended(run('npm', ['start', '--silent', '--', ...args], environment(env)))
}

function ended(child: Child): Child {
  onTestFinished(async () => {
    await child.stop()
  })
  return child
}

function environment(added: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { ELECTRON_OVERRIDE_DIST_PATH: _, DISPLAY: _d, WAYLAND_DISPLAY: _w, ...rest } = process.env
  return { ...rest, ...added }
}

/**
 * A folder for ELECTRON_OVERRIDE_DIST_PATH whose `electron` is a shell script: it prints its
 * arguments, one per line, then does as told.
 */
export async function electronStandIn(then: string): Promise<string> {
  const folder = await temporaryFolder()
  const program = join(folder, 'electron')
  await writeFile(program, `#!/bin/sh\nprintf 'argument: %s\\n' "$@"\n${then}\n`)
  await chmod(program, 0o755)
  return folder
}

export const READY = /Ferry is ready at http:\/\/[0-9a-f]{32}\.localhost:\d+\/#[\w-]{43}$/m
