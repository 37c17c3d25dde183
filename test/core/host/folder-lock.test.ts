import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeDataFolder } from '../../../electron/core/host/data-folder.ts'
import { lockFolder } from '../../../electron/core/host/folder-lock.ts'
import { StartRefused } from '../../../electron/core/host/start-refused.ts'
import { defaultDataFolder } from '../../../electron/loopback/default-data-folder.ts'
import { sharedBitsOf, temporaryFolder } from '../../loopback/loopback-harness.ts'

async function refusalOf(attempt: () => unknown): Promise<string> {
  try {
    await attempt()
  } catch (error) {
    if (error instanceof StartRefused) return error.message
    throw error
  }
  throw new Error('Nothing was refused')
}

describe('the data folder', () => {
  it('has one host at a time, and the second is told where the first is', async () => {
    const folder = await temporaryFolder()
    const lock = await lockFolder(folder)
    lock.announce(`http://${'0'.repeat(32)}.localhost:47470`)

    const refusal = await refusalOf(() => lockFolder(folder))
    lock.release()

    expect(refusal).toBe(
      `Ferry already runs with the data folder ${folder} at http://${'0'.repeat(32)}.localhost:47470. Use that window (--new-address prints an address of it), or start a second Ferry with another --data-dir.`,
    )
  })

  it('is free again after a release', async () => {
    const folder = await temporaryFolder()
    const first = await lockFolder(folder)
    first.release()

    const again = await lockFolder(folder)

    again.release()
  })

  it('is held against other processes, and free after its host was killed', async () => {
    const folder = await temporaryFolder()
    const module = new URL('../../../electron/core/host/folder-lock.ts', import.meta.url)
    const script = `import { lockFolder } from ${JSON.stringify(module.href)}
      globalThis.lock = await lockFolder(process.argv[1])
      console.log('locked')
      setInterval(() => {}, 1000)`
    const host = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(host.stdout, 'data')

    const whileItRuns = await refusalOf(() => lockFolder(folder))
    host.kill('SIGKILL')
    await once(host, 'exit')
    const afterIts = await lockFolder(folder)
    afterIts.release()

    expect(whileItRuns).toContain(`already runs with the data folder ${folder}.`)
  })

  it('can be locked although its lock file was overwritten with something else', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'host-lock.sqlite'), 'not a database '.repeat(100))

    const lock = await lockFolder(folder)

    lock.release()
  })

  it('does not repeat an address that is not one', async () => {
    const folder = await temporaryFolder()
    const lock = await lockFolder(folder)
    lock.announce('http://evil.example/\u001b[31m')

    const refusal = await refusalOf(() => lockFolder(folder))
    lock.release()

    expect(refusal).not.toContain('evil')
  })

  it('is made for this user alone', async () => {
    const folder = join(await temporaryFolder(), 'new', 'ferry')

    makeDataFolder(folder)

    expect(sharedBitsOf(await stat(folder))).toBe(0)
  })

  it('that is behind a file is refused in one sentence', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'file'), '')

    const refusal = await refusalOf(() => makeDataFolder(join(folder, 'file', 'ferry')))

    expect(refusal).toBe(
      `Ferry cannot write to its data folder ${join(folder, 'file', 'ferry')} (a file is in the way). Choose another with --data-dir.`,
    )
  })

  it('whose lock cannot be opened is refused in one sentence', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'host-lock.sqlite'))

    const refusal = await refusalOf(() => lockFolder(folder))

    expect(refusal).toBe(
      `Ferry does not use ${join(folder, 'host-lock.sqlite')}: it is not a file.`,
    )
  })
})

describe('the default data folder', () => {
  it.each([
    ['linux', {}, '/home/a/.local/share/ferry'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/ferry'],
    ['darwin', {}, '/home/a/Library/Application Support/Ferry'],
    ['win32', { APPDATA: '/roaming' }, '/roaming/Ferry'],
    ['win32', {}, '/home/a/AppData/Roaming/Ferry'],
  ] as const)('on %s with %j is %s', (platform, env, expected) => {
    const folder = defaultDataFolder(platform, env, '/home/a')

    expect(folder).toBe(normalize(expected))
  })
})
