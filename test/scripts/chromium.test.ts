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
  it('is the one in FERRY_CHROMIUM', async () => {
    vi.stubEnv('FERRY_CHROMIUM', process.execPath)

    const found = await findChromium()

    expect(found).toEqual({ path: process.execPath, isUnpacked: false, env: {} })
  })

  it('that FERRY_CHROMIUM names but that does not exist is reported in a sentence', async () => {
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
  ])('with %j belongs to the user, %s', (env, expected) => {
    expect(cacheFolder(env, '/home/a')).toBe(expected)
  })

  it('is in XDG_CACHE_HOME', async () => {
    const folder = await temporaryFolder()

    expect(cacheFolder({ XDG_CACHE_HOME: folder })).toBe(join(folder, 'ferry-tests'))
  })
})

/** Windows cannot run scripts as programs; there and on macOS the sandbox needs no permissions. */
describe.runIf(process.platform === 'linux')('the sandbox', () => {
  const isRoot = process.getuid?.() === 0

  it('stays on if this user may use it; Chromium refuses it to root', async () => {
    await standIn('exit 0')

    const { args } = await chromiumCommand()

    expect(args.includes('--no-sandbox')).toBe(isRoot)
  })

  it('is switched off where the system does not let it start', async () => {
    await standIn('case "$*" in *--no-sandbox*) exit 0 ;; esac; exit 1')

    const { args } = await chromiumCommand()

    expect(args).toContain('--no-sandbox')
  })
})

/** Windows cannot run scripts as programs. */
it.runIf(process.platform === 'linux')('disables what Playwright disables, and more', async () => {
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
})

/** A program that replaces Chromium. */
async function standIn(script: string): Promise<void> {
  const program = join(await temporaryFolder(), 'chromium')
  await writeFile(program, `#!/bin/sh\n${script}\n`)
  await chmod(program, 0o755)
  vi.stubEnv('FERRY_CHROMIUM', program)
}
