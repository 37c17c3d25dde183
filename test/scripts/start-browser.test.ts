import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { npmStart, READY, start, temporaryFolder } from './start-harness.ts'

const USUAL_PORT = 47_470

async function startedIn(dataFolder: string, ...more: readonly string[]) {
  const child = start(['--browser', '--no-open', '--data-dir', dataFolder, '--port', '0', ...more])
  const line = await child.untilPrinted(READY)
  return { child, origin: new URL(line.slice('Ferry is ready at '.length)).origin }
}

/** As a browser asks: it knows where names below localhost are, which not every system does. */
async function pageOf(
  origin: string,
): Promise<{ readonly status?: number; readonly text: string }> {
  const { host, port } = new URL(origin)
  const asking = get({ host: '127.0.0.1', port, headers: { host }, agent: false })
  const [response] = await once(asking, 'response')
  return { status: response.statusCode, text: await text(response) }
}

/** Null when nothing listens there any more. */
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
  it('prints the address on a line of its own, and serves the page there', async () => {
    const { origin } = await startedIn(await temporaryFolder())

    const page = await pageOf(origin)

    expect(page.text).toContain('<title>Ferry</title>')
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly on %s', async (signal) => {
    const { child, origin } = await startedIn(await temporaryFolder())

    const code = await child.stop(signal)

    expect([code, child.errors(), await statusOf(origin)]).toEqual([0, '', null])
  })

  it('ends within two seconds although a page is connected', async () => {
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
      `Ferry already runs with the data folder ${folder} at ${origin}. Use that window, or start a second Ferry with another --data-dir.\n`,
    )
  })

  it('starts again on a data folder whose host was killed', async () => {
    const folder = await temporaryFolder()
    const { child } = await startedIn(folder)
    await child.stop('SIGKILL')

    const { origin } = await startedIn(folder)

    expect(await statusOf(origin)).toBe(200)
  })

  it('refuses a port that is taken, when it was asked for', async () => {
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

  it('takes another port when its usual one is taken, and says so', async () => {
    // Whoever has the port already serves the purpose as well.
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

  it('never prints the token a second time', async () => {
    const { child } = await startedIn(await temporaryFolder())
    await child.stop()

    expect(child.output().match(/#[\w-]{43}/g)).toHaveLength(1)
  })
})
