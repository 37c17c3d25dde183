import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { chromiumCommand, launchChromium } from '../../scripts/chromium.ts'
import { cacheFolder, findChromium } from '../../scripts/chromium-binary.ts'
import { temporaryFolder } from './start-harness.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('the browser', () => {
  it('is the one that FERRY_CHROMIUM names', async () => {
    vi.stubEnv('FERRY_CHROMIUM', process.execPath)

    const found = await findChromium()

    expect(found).toEqual({ path: process.execPath, isUnpacked: false, env: {} })
  })

  it('that FERRY_CHROMIUM names and that is not there is told in a sentence', async () => {
    vi.stubEnv('FERRY_CHROMIUM', '/nowhere/chromium')

    await expect(findChromium()).rejects.toThrow(
      'FERRY_CHROMIUM names /nowhere/chromium, which is not there',
    )
  })
})

describe('the folder of the unpacked browser', () => {
  it.each([
    [{}, join('/home/a', '.cache', 'ferry-tests')],
    [{ XDG_CACHE_HOME: 'relative' }, join('/home/a', '.cache', 'ferry-tests')],
  ])('with %j is the user’s own, %s', (env, expected) => {
    expect(cacheFolder(env, '/home/a')).toBe(expected)
  })

  it('is where XDG_CACHE_HOME says', async () => {
    const folder = await temporaryFolder()

    expect(cacheFolder({ XDG_CACHE_HOME: folder })).toBe(join(folder, 'ferry-tests'))
  })
})

/** Windows starts no script as a program; there and on macOS the sandbox asks for no rights. */
describe.runIf(process.platform === 'linux')('the sandbox', () => {
  const isRoot = process.getuid?.() === 0

  it('stays where this user may start it; Chromium refuses it to root', async () => {
    await standIn('exit 0')

    const { args } = await chromiumCommand()

    expect(args.includes('--no-sandbox')).toBe(isRoot)
  })

  it('is left away where the system does not let it start', async () => {
    await standIn('case "$*" in *--no-sandbox*) exit 0 ;; esac; exit 1')

    const { args } = await chromiumCommand()

    expect(args).toContain('--no-sandbox')
  })
})

/** Windows starts no script as a program. */
it.runIf(process.platform === 'linux')(
  'turns off what Playwright turns off, and more',
  async () => {
    const noted = join(await temporaryFolder(), 'arguments')
    await standIn(`printf '%s\\n' "$@" >'${noted}'; exit 1`)

    await launchChromium({ featuresOff: ['Another'] }).catch(() => undefined)

    const [playwrights = [], last = [], ...more] = (await readFile(noted, 'utf8'))
      .split('\n')
      .filter((line) => line.startsWith('--disable-features='))
      .map((line) => line.slice('--disable-features='.length).split(','))
    expect(more).toEqual([])
    expect(last.slice(0, playwrights.length)).toEqual(playwrights)
    expect(last).toContain('Another')
  },
)

/** A program in the place of Chromium. */
async function standIn(script: string): Promise<void> {
  const program = join(await temporaryFolder(), 'chromium')
  await writeFile(program, `#!/bin/sh\n${script}\n`)
  await chmod(program, 0o755)
  vi.stubEnv('FERRY_CHROMIUM', program)
}
