// `npm run dev`: serves the page with Vite and hot reload, and restarts Electron when its code
// changes. Without Electron or a display: the browser host, with the page rebuilt on every change.
import { type ChildProcess, spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createBuilder, createServer } from 'vite'
import { untilShutdown } from '../electron/files/shutdown.ts'
import { hasDisplay } from '../electron/loopback/system-browser.ts'
import { endChild, startElectron } from './child-processes.ts'
import { findElectron } from './electron-binary.ts'

/** Editors save a file in several steps. */
const SETTLED_AFTER_MS = 200

const root = fileURLToPath(new URL('..', import.meta.url))
const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url))
/** Passed on to Ferry: `npm run dev -- --data-dir DIR`. */
const options = process.argv.slice(2)

/** Rejects when a child cannot be started at all. */
const failure = Promise.withResolvers<never>()
// It may reject before anything awaits it.
failure.promise.catch(() => undefined)

const electron = hasDisplay() ? findElectron() : null
const close =
  electron?.kind === 'found' ? await developDesktop(electron.path) : await developBrowser()
const code = await Promise.race([untilShutdown(), failure.promise]).then(
  () => 0,
  (error: Error) => {
    console.error(error.message)
    return 1
  },
)
await close()
process.exit(code)

async function developDesktop(program: string): Promise<() => Promise<void>> {
  const server = await createServer({ configFile, server: { host: '127.0.0.1' } })
  // Vite would end the process by itself and leave Electron running.
  process.removeAllListeners('SIGTERM')
  await server.listen()
  const [url = ''] = server.resolvedUrls?.local ?? []
  const app = restartable(() =>
    startElectron(program, [root, ...options], { FERRY_DEV_SERVER: url }),
  )
  const watching = await buildOnChange(['main', 'preload'], app.restart)
  return async () => {
    await Promise.all([...watching.map((end) => end()), server.close(), app.end()])
  }
}

async function developBrowser(): Promise<() => Promise<void>> {
  const host = restartable(() =>
    spawn(process.execPath, ['scripts/start.ts', '--browser', ...options], {
      cwd: root,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    }),
  )
  let isUp = false
  const watching = await buildOnChange(['client'], async () => {
    if (isUp) return console.log('The page is built again: reload it.')
    isUp = true
    await host.restart()
  })
  const sources = watchFolder('electron', () => {
    if (isUp) void host.restart()
  })
  return async () => {
    sources.close()
    await Promise.all([...watching.map((end) => end()), host.end()])
  }
}

/** Runs one child at a time: the previous one ends before the next starts. */
function restartable(start: () => ChildProcess) {
  let last: Promise<ChildProcess | null> = Promise.resolve(null)
  let isOver = false
  const replace = async (running: ChildProcess | null) => {
    if (running !== null) await endChild(running)
    if (isOver) return null
    try {
      // Node throws for spawn errors that it does not report as an event.
      return start().once('error', cannotStart)
    } catch (error) {
      cannotStart(error)
      return null
    }
  }
  return {
    restart: async () => {
      last = last.then(replace)
      await last
    },
    end: async () => {
      isOver = true
      last = last.then(replace)
      await last
    },
  }
}

function cannotStart(error: unknown): void {
  const program = electron?.kind === 'found' ? electron.path : process.execPath
  const why = error instanceof Error ? error.message : String(error)
  failure.reject(new Error(`${program} cannot be started: ${why}`))
}

/** Node's own --watch ends its child with a signal, which on Windows leaves no time to close. */
function watchFolder(name: string, onChange: () => void): { readonly close: () => void } {
  let settled: NodeJS.Timeout | undefined
  const watcher = watch(new URL(`../${name}`, import.meta.url), { recursive: true }, () => {
    clearTimeout(settled)
    settled = setTimeout(onChange, SETTLED_AFTER_MS)
  })
  return {
    close: () => {
      clearTimeout(settled)
      watcher.close()
    },
  }
}

/** Calls `onBuilt` after the first build of all and after each later build of any. */
async function buildOnChange(
  names: readonly string[],
  onBuilt: () => Promise<void>,
): Promise<(() => Promise<void>)[]> {
  const builder = await createBuilder({
    configFile,
    logLevel: 'warn',
    environments: Object.fromEntries(names.map((name) => [name, { build: { watch: {} } }])),
  })
  const built = new Set<string>()
  // In sequence, because a start must end before the next begins.
  let last = Promise.resolve()
  const note = (name: string) => {
    built.add(name)
    if (built.size === names.length) last = last.then(onBuilt)
  }
  return Promise.all(names.map((name) => watchOne(builder, name, () => note(name))))
}

async function watchOne(
  builder: Awaited<ReturnType<typeof createBuilder>>,
  name: string,
  onBuilt: () => void,
): Promise<() => Promise<void>> {
  const environment = builder.environments[name]
  if (environment === undefined) throw new Error(`vite.config.ts has no environment ${name}`)
  const watcher = await builder.build(environment)
  if (!('on' in watcher)) throw new Error(`${name} is not watched`)
  watcher.on('event', (event) => {
    if (event.code === 'ERROR') console.error(event.error.message)
    if (event.code === 'END') onBuilt()
  })
  return () => watcher.close()
}
