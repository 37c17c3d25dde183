// `npm run dev`: the page by Vite with hot reload, Electron started anew when its own code changes.
// Without Electron or a display: the browser's host, with the page built on every change.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createBuilder, createServer } from 'vite'
import { hasDisplay } from '../electron/loopback/display.ts'
import { findElectron } from './electron-binary.ts'
import { untilShutdown } from './shutdown.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url))
/** Handed on to Ferry: `npm run dev -- --data-dir DIR`. */
const options = process.argv.slice(2)

const electron = hasDisplay() ? findElectron() : null
const close =
  electron?.kind === 'found' ? await developDesktop(electron.path) : await developBrowser()
await untilShutdown()
await close()
process.exit(0)

async function developDesktop(program: string): Promise<() => Promise<void>> {
  const server = await createServer({ configFile, server: { host: '127.0.0.1' } })
  // Vite would end the process by itself, and leave Electron behind.
  process.removeAllListeners('SIGTERM')
  await server.listen()
  const [url = ''] = server.resolvedUrls?.local ?? []
  let running: ChildProcess | null = null
  const start = async () => {
    await stop(running)
    running = spawn(program, [root, ...options], {
      stdio: 'inherit',
      env: { ...process.env, FERRY_DEV_SERVER: url },
    })
  }
  const watching = await buildOnChange(['main', 'preload'], start)
  return async () => {
    await Promise.all([...watching.map((end) => end()), server.close(), stop(running)])
  }
}

async function developBrowser(): Promise<() => Promise<void>> {
  let host: ChildProcess | null = null
  const watching = await buildOnChange(['client'], async () => {
    if (host !== null) return console.log('The page is built anew: reload it.')
    const start = ['--watch-path=electron', '--watch-preserve-output', 'scripts/start.ts']
    host = spawn(process.execPath, [...start, '--browser', ...options], {
      cwd: root,
      stdio: 'inherit',
    })
  })
  return async () => {
    await Promise.all([...watching.map((end) => end()), stop(host)])
  }
}

/** Calls `onBuilt` after the first build of all of them and after each later build of any. */
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
  // One after another: a start has to end before the next begins.
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

async function stop(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
