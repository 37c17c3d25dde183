// `npm start`: opens Electron's window if possible, else the same page in a browser.
import '../electron/files/owner-only.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { withVariable } from '../electron/core/host/option-variables.ts'
import { untilShutdown } from '../electron/files/shutdown.ts'
import { StartRefused } from '../electron/files/start-refused.ts'
import { unreachable } from '../electron/lib/unreachable.ts'
import { hasDisplay } from '../electron/loopback/system-browser.ts'
import { type ElectronSearch, electronVersion, obtainElectron } from './electron-binary.ts'
import { openRunningHost, type Running, runBrowserHost } from './run-browser-host.ts'
import { runDesktop } from './run-desktop.ts'
import { parseStart, type StartOptions, USAGE } from './start-options.ts'

/** The longest wait for a build or download after the program was asked to end. */
const OPENING_GRACE_MS = 3_000

const say = (line: string) => console.log(line)

const parsed = parseStart(process.argv.slice(2))
switch (parsed.kind) {
  case 'help':
    say(USAGE)
    break
  case 'refused':
    console.error(withVariable(parsed.sentence, process.platform))
    process.exitCode = 2
    break
  case 'start':
    endWith(start(parsed.options))
    break
  case 'new-address':
    endWith(openRunningHost(parsed.options, say).then(() => 0))
    break
  default:
    unreachable(parsed)
}

function endWith(running: Promise<number>): void {
  running.then(
    (code) => process.exit(code),
    (error: unknown) => {
      // Anything else is a bug, and its stack trace helps.
      const isSaid = error instanceof StartRefused
      console.error(isSaid ? withVariable(error.message, process.platform) : error)
      process.exit(1)
    },
  )
}

/** Runs until the window is closed or the program is told to end; resolves to the exit code. */
async function start(options: StartOptions): Promise<number> {
  const shutdown = untilShutdown()
  const opening = openWindow(options, shutdown)
  const opened = await Promise.race([opening, shutdown])
  if (!opened) {
    await Promise.race([closeWhenOpen(opening), delay(OPENING_GRACE_MS)])
    return 0
  }
  const code = await Promise.race([opened.ended, shutdown.then(() => 0)])
  await opened.close()
  return code
}

/** Errors while starting no longer matter. */
async function closeWhenOpen(opening: Promise<OpenedWindow>): Promise<void> {
  const opened = await opening.catch(() => null)
  await opened?.close()
}

interface OpenedWindow extends Running {
  readonly ended: Promise<number>
}

async function openWindow(options: StartOptions, shutdown: Promise<void>): Promise<OpenedWindow> {
  if (options.window === 'browser') return openBrowser(options)
  const search = await searchElectron()
  if (search.kind === 'found') {
    const start = await runDesktop(search.path, options, shutdown)
    if (start.kind === 'runs') return start.run
    return withoutElectron(options, `its program does not run (${start.why})`)
  }
  return withoutElectron(options, search.why)
}

async function searchElectron(): Promise<ElectronSearch> {
  if (hasDisplay()) return obtainElectron(say)
  return {
    kind: 'missing',
    why: 'there is no display here (DISPLAY and WAYLAND_DISPLAY are not set)',
  }
}

function withoutElectron(options: StartOptions, why: string): Promise<OpenedWindow> {
  const sentence = `Electron's window cannot be opened: ${why}. To get it, set ELECTRON_MIRROR to a mirror that can be reached, or ELECTRON_OVERRIDE_DIST_PATH to a folder with Electron ${electronVersion()}, and start in a desktop session.`
  if (options.window === 'desktop') throw new StartRefused(sentence)
  say(`${sentence} Until then, Ferry opens in the browser.`)
  return openBrowser(options)
}

/** Only a shutdown ends the browser host: tabs come and go. */
async function openBrowser(options: StartOptions): Promise<OpenedWindow> {
  const host = await runBrowserHost(options, say)
  return { close: host.close, ended: new Promise(() => undefined) }
}
