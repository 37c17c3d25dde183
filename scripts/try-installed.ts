// Starts an installed Ferry, uploads a file to the bucket on this computer and opens its link:
//
//   node --import ./scripts/require-node-24.js scripts/try-installed.ts PROGRAM [ARGUMENTS…]
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { exitReason } from './child-processes.ts'
import { openDevToolsPage } from './devtools-page.ts'

const WITHIN_MS = 180_000
/** Enough for two parts. */
const FILE_BYTES = 12 * 1024 * 1024

const LOCAL_BUCKET = 'Try it with a bucket on this computer'
const OPEN_LINK = 'Open link'

export interface Trial {
  readonly program: string
  readonly args: readonly string[]
  readonly withinMs?: number
  readonly say: (line: string) => void
}

/** Rejects with the failed step, after printing the program's last output. */
export async function tryInstalled({ program, args, withinMs, say }: Trial): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ferry-installed-'))
  const port = await freePort()
  const child = spawn(
    program,
    [...args, `--data-dir=${join(folder, 'data')}`, `--remote-debugging-port=${port}`],
    // A separate process group, because an AppImage's runtime starts the program as a child.
    { stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32' },
  )
  const words: string[] = []
  child.stdout.on('data', (chunk) => words.push(String(chunk)))
  child.stderr.on('data', (chunk) => words.push(String(chunk)))
  const signal = AbortSignal.timeout(withinMs ?? WITHIN_MS)
  try {
    await Promise.race([diesEarly(child, program), uploadOne(port, folder, signal, say)])
  } catch (error) {
    say(words.join('').slice(-4000))
    throw error
  } finally {
    await end(child)
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 })
  }
}

async function uploadOne(
  port: number,
  folder: string,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const bytes = randomBytes(FILE_BYTES)
  const path = join(folder, 'trial.bin')
  await writeFile(path, bytes)
  const page = await openDevToolsPage(port, signal)
  say('The window is there.')

  const press = `[...document.querySelectorAll('button')].find((each) =>
    each.textContent.includes(${JSON.stringify(LOCAL_BUCKET)}))`
  await page.until('the welcome', `${press} !== undefined`)
  await page.evaluate(`${press}.click()`)
  const input = 'input[type=file]:not([webkitdirectory])'
  await page.until('the bucket', `document.querySelector(${JSON.stringify(input)}) !== null`)
  await page.chooseFiles(input, [path])
  say('The file is chosen.')

  const link = `[...document.querySelectorAll('a')].find((each) =>
    each.textContent.includes(${JSON.stringify(OPEN_LINK)}))?.href`
  const url = await page.until('the link', link)
  const answer = await fetch(String(url))
  const received = Buffer.from(await answer.arrayBuffer())
  page.close()
  if (sha256(received) !== sha256(bytes)) {
    throw new Error(`The link answers ${answer.status} with ${received.byteLength} other bytes`)
  }
  say('The link answers with the same bytes.')
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function diesEarly(child: ChildProcess, program: string): Promise<never> {
  const ended = Promise.withResolvers<string>()
  child.on('error', (error) => ended.resolve(error.message))
  child.on('exit', (code, by) => ended.resolve(exitReason(code, by)))
  throw new Error(`${program}: ${await ended.promise}`)
}

async function end(child: ChildProcess): Promise<void> {
  const { pid } = child
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'])
  else process.kill(-pid, 'SIGTERM')
  // Ferry closes its records within three seconds.
  const timer = setTimeout(
    () => process.platform !== 'win32' && process.kill(-pid, 'SIGKILL'),
    8000,
  )
  await ended
  clearTimeout(timer)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new TypeError('No port')
  return address.port
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [program, ...args] = process.argv.slice(2)
  if (program === undefined) throw new TypeError('Name the installed program')
  await tryInstalled({ program, args, say: (line) => process.stdout.write(`${line}\n`) })
}
