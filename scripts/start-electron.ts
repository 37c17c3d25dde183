import { type ChildProcess, spawn } from 'node:child_process'
import { PARENT_WAITS } from '../electron/core/host/parent-channel.ts'

/**
 * Starts Electron's program with a channel for messages, which Electron's main process knows as any
 * Node does: electronjs.org/docs/latest/tutorial/automated-testing#using-a-custom-test-driver. The
 * descriptors 3 and 4 stay free, since Chromium on Linux counts on them (electron/electron#17044,
 * electron-vite/vite-plugin-electron#283).
 */
export function startElectron(
  program: string,
  args: readonly string[],
  added: NodeJS.ProcessEnv = {},
): ChildProcess {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
  return spawn(program, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'ignore', 'ignore', 'ipc'],
    env: { ...env, ...added, [PARENT_WAITS]: '1' },
  })
}
