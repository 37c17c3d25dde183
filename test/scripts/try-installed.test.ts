import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chromiumCommand } from '../../scripts/chromium.ts'
import { PageNotReady, untilTruthy } from '../../scripts/devtools-page.ts'
import { tryInstalled } from '../../scripts/try-installed.ts'
import { READY, start, temporaryFolder } from './start-harness.ts'

/** Ferry's page in a browser replaces the window of an installed app: it is the same page. */
async function browserOnFerry() {
  const host = start([
    '--browser',
    '--no-open',
    '--port',
    '0',
    '--data-dir',
    await temporaryFolder(),
  ])
  const line = await host.untilPrinted(READY)
  const { path, args } = await chromiumCommand()
  const profile = join(await temporaryFolder(), 'profile')
  return {
    program: path,
    args: [...args, '--headless', `--user-data-dir=${profile}`, line.slice(line.indexOf('http'))],
  }
}

describe('trying an installed Ferry', () => {
  it('uploads a file through its window and compares what the link returns', async () => {
    const said: string[] = []

    await tryInstalled({ ...(await browserOnFerry()), say: (line) => said.push(line) })

    expect(said).toEqual([
      'The window is there.',
      'The file is chosen.',
      'The link answers with the same bytes.',
    ])
  }, 60_000)

  it("fails with the program's last output when it ends before it has a window", async () => {
    const said: string[] = []
    const trial = tryInstalled({
      program: process.execPath,
      args: ['-e', 'console.error("no display"); process.exit(3)', '--'],
      say: (line) => said.push(line),
    })

    await expect(trial).rejects.toThrow('it ended with code 3')
    expect(said.join('')).toContain('no display')
  })

  it('fails when there is no window in time', async () => {
    const trial = tryInstalled({
      program: process.execPath,
      args: ['-e', 'setInterval(() => 0, 1000)', '--'],
      withinMs: 300,
      say: () => undefined,
    })

    await expect(trial).rejects.toThrow('It took too long: a window')
  })
})

describe('waiting for what the page shows', () => {
  const { signal } = new AbortController()

  it('retries while the page is between two documents', async () => {
    const answers = [
      () => Promise.reject(new PageNotReady('Cannot find default execution context')),
      () => Promise.resolve('there'),
    ]

    const value = await untilTruthy(
      'it',
      () => answers.shift()?.() ?? Promise.resolve(null),
      signal,
    )

    expect(value).toBe('there')
  })

  it('ends with the error of a page that throws', async () => {
    const ask = () => Promise.reject(new Error('The page threw'))

    await expect(untilTruthy('it', ask, signal)).rejects.toThrow('The page threw')
  })
})
