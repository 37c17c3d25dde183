import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ROOT, run } from '../e2e/child.ts'
import {
  commandPath,
  exchange,
  post,
  sessionHeaders,
  sharedBitsOf,
} from '../loopback/loopback-harness.ts'
import { npmStart, READY, start, temporaryFolder } from './start-harness.ts'

const USUAL_PORT = 47_470

async function startedIn(dataFolder: string, ...more: readonly string[]) {
  const child = start(['--browser', '--no-open', '--data-dir', dataFolder, '--port', '0', ...more])
  const line = await child.untilPrinted(READY)
  return { child, origin: new URL(line.slice('Ferry is ready at '.length)).origin }
}

/**
 * Requests the page like a browser, which resolves names below localhost even where the system does
 * not.
 */
async function pageOf(
  origin: string,
): Promise<{ readonly status?: number; readonly text: string }> {
  const { host, port } = new URL(origin)
  const asking = get({ host: '127.0.0.1', port, headers: { host }, agent: false })
  const [response] = await once(asking, 'response')
  return { status: response.statusCode, text: await text(response) }
}

function addressIn(output: string): string {
  return READY.exec(output)?.[0].slice('Ferry is ready at '.length) ?? ''
}

function tokenIn(output: string): string {
  return new URL(addressIn(output)).hash.slice(1)
}

/** Null when nothing listens there. */
async function statusOf(origin: string): Promise<number | null> {
  const page = await pageOf(origin).catch(() => null)
  return page?.status ?? null
}

async function occupy(port: number): Promise<number> {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}

describe('npm start in the browser', () => {
  it('prints the address on its own line and serves the page there', async () => {
    const { origin } = await startedIn(await temporaryFolder())

    const page = await pageOf(origin)

    expect(page.text).toContain('<title>Ferry</title>')
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly on %s', async (signal) => {
    const { child, origin } = await startedIn(await temporaryFolder())

    const code = await child.stop(signal)

    expect([code, child.errors(), await statusOf(origin)]).toEqual([0, '', null])
  })

  it('ends within two seconds even while a page is connected', async () => {
    const { child, origin } = await startedIn(await temporaryFolder())
    const { port } = new URL(origin)
    const { connect } = await import('node:net')
    const page = connect(Number(port), '127.0.0.1')
    onTestFinished(() => void page.destroy())
    await once(page, 'connect')
    const startedAt = performance.now()

    const code = await child.stop()

    expect(code).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(2_500)
  })

  it('ends with the npm that ran it, which passes a SIGTERM to its shell only', async () => {
    const folder = await temporaryFolder()
    const npm = npmStart(['--browser', '--no-open', '--port', '0', '--data-dir', folder])
    const line = await npm.untilPrinted(READY)
    const { origin } = new URL(line.slice('Ferry is ready at '.length))

    await npm.stop('SIGTERM')

    await expect.poll(() => statusOf(origin), { timeout: 10_000 }).toBe(null)
  })

  it('refuses a second start on the same data folder and names the first', async () => {
    const folder = await temporaryFolder()
    const { origin } = await startedIn(folder)

    const second = start(['--browser', '--no-open', '--port', '0', '--data-dir', folder])
    const code = await second.ended

    expect([code, second.output()]).toEqual([1, ''])
    expect(second.errors()).toBe(
      `Ferry is already running with the data folder ${folder} at ${origin}. Use that window (--new-address prints an address of it), or start a second Ferry with another --data-dir.\n`,
    )
  })

  it('prints a new address of the running one, and invalidates the older one', async () => {
    const folder = await temporaryFolder()
    const first = start(['--browser', '--no-open', '--data-dir', folder, '--port', '0'])
    const older = tokenIn(await first.untilPrinted(READY))
    const { origin } = new URL(addressIn(first.output()))

    const second = start(['--new-address', '--no-open', '--data-dir', folder])
    const code = await second.ended
    const newer = tokenIn(second.output())

    expect(code).toBe(0)
    expect(new URL(addressIn(second.output())).origin).toBe(origin)
    expect([
      (await exchange(origin, older)).status,
      (await exchange(origin, newer)).status,
    ]).toEqual([401, 200])
  })

  it('says so when no Ferry is running', async () => {
    const folder = await temporaryFolder()

    const child = start(['--new-address', '--no-open', '--data-dir', folder])
    const code = await child.ended

    expect([code, child.output()]).toEqual([1, ''])
    expect(child.errors()).toBe(
      `No Ferry runs in the browser with the data folder ${folder}. Start one without --new-address.\n`,
    )
  })

  it('starts again with a data folder whose host was killed', async () => {
    const folder = await temporaryFolder()
    const { child } = await startedIn(folder)
    await child.stop('SIGKILL')

    const { origin } = await startedIn(folder)

    expect(await statusOf(origin)).toBe(200)
  })

  it('refuses a requested port that is taken', async () => {
    const port = await occupy(0)

    const child = start([
      '--browser',
      '--no-open',
      '--port',
      `${port}`,
      '--data-dir',
      await temporaryFolder(),
    ])
    const code = await child.ended

    expect([code, child.output()]).toEqual([1, ''])
    expect(child.errors()).toBe(
      `Port ${port} is taken by another program. Choose another with --port, or --port 0 for any free one.\n`,
    )
  })

  it('uses another port when the usual one is taken, and says so', async () => {
    // If another program has the port already, that is enough.
    await occupy(USUAL_PORT).catch(() => 0)
    const child = start(['--browser', '--no-open', '--data-dir', await temporaryFolder()])

    await child.untilPrinted(READY)

    expect(child.output()).toMatch(
      new RegExp(`^Port ${USUAL_PORT} is taken, so Ferry uses port \\d+ this time\\.$`, 'm'),
    )
  })

  it('refuses a data folder that it cannot write to', async () => {
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')

    const child = start(['--browser', '--no-open', '--port', '0', '--data-dir', join(file, 'data')])
    const code = await child.ended

    expect([code, child.output()]).toEqual([1, ''])
    expect(child.errors()).toBe(
      `Ferry cannot write to its data folder ${join(file, 'data')} (a file is in the way). Choose another with --data-dir.\n`,
    )
  })

  it('refuses an option that it does not know', async () => {
    const child = start(['--fast'])
    const code = await child.ended

    expect([code, child.output()]).toEqual([2, ''])
    expect(child.errors()).toBe("Unknown option '--fast'. See npm start -- --help.\n")
  })

  it('says in one line that it moved a damaged file aside', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'settings.json'), '{"half')

    const { child } = await startedIn(folder)

    expect(child.output()).toMatch(
      /^The settings file could not be read\. It was moved to settings\.corrupt-\S+\.json in the data folder, and Ferry began a new one\.$/m,
    )
  })

  it('opens the browser with a file that only this user can read, and never with the token', async () => {
    const folder = await temporaryFolder()
    const browser = await browserStandIn(folder)
    const child = start(['--browser', '--data-dir', join(folder, 'data'), '--port', '0'], {
      ...browser.env,
      DISPLAY: ':0',
    })
    await child.untilPrinted(/Your browser opens it/)
    const token = tokenIn(child.output())

    const { target: page, mask } = await browser.opened()
    const text = await readFile(page, 'utf8')
    const { mode } = await stat(page)
    await exchange(new URL(addressIn(child.output())).origin, token)

    expect(page).toMatch(/open-ferry-[0-9a-f]{16}\.html$/)
    expect(text).toContain(`#${token}`)
    expect(sharedBitsOf({ mode })).toBe(0)
    await expect.poll(() => existsSync(page)).toBe(false)
    // The browser saves its downloads with the user's umask.
    expect(mask).toBe(process.umask())
  })

  // macOS's `script` supports neither a command line nor a pipe as its input.
  it.runIf(process.platform === 'linux' && existsSync('/usr/bin/script'))(
    'creates new addresses and closes all sessions from its terminal',
    async () => {
      const folder = await temporaryFolder()
      const terminal = startInTerminal(folder)
      const first = await terminal.untilAddress(0)
      const session = await openSession(first)
      await terminal.child.untilPrinted(/A browser opened Ferry at .+ type "close" and press Enter/)

      terminal.type('\n')
      const second = await terminal.untilAddress(1)
      const stillOpen = await session.describeHost()
      terminal.type('close\n')
      const third = await terminal.untilAddress(2)

      expect(stillOpen).toBe(200)
      expect(await session.describeHost()).toBe(401)
      expect((await exchange(second.origin, second.token)).status).toBe(401)
      expect((await exchange(third.origin, third.token)).status).toBe(200)
    },
  )

  it('never prints the token a second time', async () => {
    const { child } = await startedIn(await temporaryFolder())
    await child.stop()

    expect(child.output().match(/#[\w-]{43}/g)).toHaveLength(1)
  })
})

/** Replaces the package that opens the user's browser and records what it was told to open. */
async function browserStandIn(folder: string) {
  const hook = join(folder, 'hook.mjs')
  const notes = join(folder, 'opened')
  const stub = `import { writeFileSync } from 'node:fs'
    export default async (target) =>
      writeFileSync(${JSON.stringify(notes)}, JSON.stringify({ target, mask: process.umask() }))`
  await writeFile(
    hook,
    `import { registerHooks } from 'node:module'
    const stub = 'data:text/javascript,' + encodeURIComponent(${JSON.stringify(stub)})
    const resolve = (name, context, next) =>
      name === 'open' ? { url: stub, shortCircuit: true } : next(name, context)
    registerHooks({ resolve })`,
  )
  return {
    env: { NODE_OPTIONS: `--import=${pathToFileURL(hook).href}` },
    opened: async () => JSON.parse(await readFile(notes, 'utf8')),
  }
}

/** Uses `script` to give the program a terminal: man7.org/linux/man-pages/man1/script.1.html. */
function startInTerminal(folder: string) {
  const program = [process.execPath, join(ROOT, 'scripts/start.ts'), '--browser', '--no-open']
  const command = [...program, '--data-dir', join(folder, 'data'), '--port', '0']
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  const child = run('script', ['-qfec', quoted, '/dev/null'], process.env, 'pipe')
  onTestFinished(async () => {
    await child.stop()
  })
  return {
    child,
    type: (text: string) => child.process.stdin?.write(text),
    untilAddress: async (index: number) => {
      await child.untilPrinted(
        new RegExp(`(?:Ferry is ready at [^]*){${index + 1}}\\S#[\\w-]{43}\\s`),
      )
      const url = new URL(
        [...child.output().matchAll(/Ferry is ready at (\S+)/g)][index]?.[1] ?? '',
      )
      return { origin: url.origin, token: url.hash.slice(1) }
    },
  }
}

async function openSession({ origin, token }: { readonly origin: string; readonly token: string }) {
  const answer = await exchange(origin, token)
  const [cookie = ''] = (answer.headers['set-cookie']?.[0] ?? '').split(';')
  const { secret } = JSON.parse(answer.body)
  return {
    describeHost: async () => {
      const asked = await post(
        origin,
        commandPath('describeHost'),
        {},
        sessionHeaders({ cookie, secret }),
      )
      return asked.status
    },
  }
}
