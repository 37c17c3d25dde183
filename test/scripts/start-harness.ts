import { copyFile, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'
import { PARENT_WAITS } from '../../electron/files/shutdown.ts'
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

/** The README's command, including npm and its shell; Windows cannot run scripts as programs. */
export function npmStart(args: readonly string[], env: NodeJS.ProcessEnv = {}): Child {
  const npm = process.env.npm_execpath
  const [program, ...first] = npm === undefined ? ['npm'] : [process.execPath, npm]
  return ended(
    run(program ?? 'npm', [...first, 'start', '--silent', '--', ...args], environment(env)),
  )
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

/** The program's path in Electron's folder; scripts/electron-binary.ts has the same table. */
export const ELECTRON_PROGRAM =
  process.platform === 'darwin'
    ? 'Electron.app/Contents/MacOS/Electron'
    : process.platform === 'win32'
      ? 'electron.exe'
      : 'electron'

/**
 * An environment with a fake Electron that is this Node: it prints its arguments, one per line,
 * then runs the module's text. `say` sends a message to its parent.
 */
export async function electronStandIn(then: string): Promise<NodeJS.ProcessEnv> {
  const folder = await temporaryFolder()
  const program = join(folder, ELECTRON_PROGRAM)
  await mkdir(dirname(program), { recursive: true })
  // On Windows, creating a link needs a special permission.
  if (process.platform === 'win32') await copyFile(process.execPath, program)
  else await symlink(process.execPath, program)
  const script = join(folder, 'stand-in.mjs')
  await writeFile(
    script,
    `import { basename } from 'node:path'
    if (/^electron/i.test(basename(process.argv0))) {
      for (const argument of process.argv.slice(1)) console.log('argument: ' + argument)
      const isAwaited = process.env.${PARENT_WAITS} !== undefined
      const say = (ferry) => new Promise((resolve) => process.send({ ferry }, resolve))
      ${then}
      // Ferry's own main module, which is named on the line, is never run.
      await new Promise(() => undefined)
    }`,
  )
  return {
    ELECTRON_OVERRIDE_DIST_PATH: folder,
    NODE_OPTIONS: `--import=${pathToFileURL(script).href}`,
    DISPLAY: ':99',
  }
}

/** The same with a program that the system cannot start, such as one for another processor. */
export async function electronThatCannotStart(message: string): Promise<NodeJS.ProcessEnv> {
  const { NODE_OPTIONS, ...env } = await electronStandIn('')
  const hook = join(await temporaryFolder(), 'no-start.mjs')
  await writeFile(
    hook,
    `import childProcess from 'node:child_process'
    import { syncBuiltinESMExports } from 'node:module'
    import { basename } from 'node:path'
    const { spawn } = childProcess
    childProcess.spawn = (program, ...rest) => {
      if (/^electron/i.test(basename(program))) throw new Error(${JSON.stringify(message)})
      return spawn(program, ...rest)
    }
    syncBuiltinESMExports()`,
  )
  return { ...env, NODE_OPTIONS: `${NODE_OPTIONS} --import=${pathToFileURL(hook).href}` }
}

export const READY = /Ferry is ready at http:\/\/[0-9a-f]{32}\.localhost:\d+\/#[\w-]{43}$/m
