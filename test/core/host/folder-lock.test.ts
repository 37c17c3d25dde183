import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makeDataFolder } from '../../../electron/core/host/data-folder.ts'
import { lockFolder } from '../../../electron/core/host/folder-lock.ts'
import { openRecords } from '../../../electron/core/records/open-records.ts'
import { StartRefused } from '../../../electron/files/start-refused.ts'
import { openLocalBucket } from '../../../electron/local-bucket/local-bucket.ts'
import { sharedBitsOf, temporaryFolder } from '../../loopback/loopback-harness.ts'
import { simulateFiles } from '../../platforms/simulated-files.ts'

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
  it('has one host at a time, and the second learns where the first is', async () => {
    const folder = await temporaryFolder()
    const lock = await lockFolder(folder)
    await lock.announce(`http://${'0'.repeat(32)}.localhost:47470`)

    const refusal = await refusalOf(() => lockFolder(folder))
    await lock.release()

    expect(refusal).toBe(
      `Ferry is already running with the data folder ${folder} at http://${'0'.repeat(32)}.localhost:47470. Use that window (--new-address prints an address of it), or start a second Ferry with another --data-dir.`,
    )
  })

  it('is free again after a release', async () => {
    const folder = await temporaryFolder()
    const first = await lockFolder(folder)
    await first.release()

    const again = await lockFolder(folder)

    await again.release()
  })

  it('is locked against other processes, and free after its host was killed', async () => {
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
    await afterIts.release()

    expect(whileItRuns).toContain(`is already running with the data folder ${folder}.`)
  })

  it('can be locked although its lock file was overwritten with something else', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'host-lock.sqlite'), 'not a database '.repeat(100))

    const lock = await lockFolder(folder)

    await lock.release()
  })

  it('does not repeat an invalid address', async () => {
    const folder = await temporaryFolder()
    const lock = await lockFolder(folder)
    await lock.announce('http://evil.example/\u001b[31m')

    const refusal = await refusalOf(() => lockFolder(folder))
    await lock.release()

    expect(refusal).not.toContain('evil')
  })

  it('is created for this user alone', async () => {
    const folder = join(await temporaryFolder(), 'new', 'ferry')

    makeDataFolder(folder)

    expect(sharedBitsOf(await stat(folder))).toBe(0)
  })

  it('is refused in one sentence if a file is in its path', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'file'), '')

    const refusal = await refusalOf(() => makeDataFolder(join(folder, 'file', 'ferry')))

    expect(refusal).toBe(
      `Ferry cannot write to its data folder ${join(folder, 'file', 'ferry')} (a file is in the way). Choose another with --data-dir.`,
    )
  })

  it.each([
    ['linux', 465, 'bytes', 464],
    ['darwin', 465, 'bytes', 464],
    ['win32', 213, 'characters', 212],
  ] as const)(
    'is refused on %s with that reason if its path is too long',
    async (platform, length, unit, most) => {
      const folder = `/${'x'.repeat(length - 1)}`

      const refusal = await refusalOf(() => makeDataFolder(folder, platform))

      expect(refusal).toContain(
        `its path is too long (${length} ${unit}, and at most ${most} work)`,
      )
    },
  )

  it('with the longest possible path works for a whole host', async () => {
    const above = await temporaryFolder()
    const rest = 464 - above.length
    const folder = join(above, 'a'.repeat(200), 'b'.repeat(rest - 204), 'c')
    expect(folder.length).toBe(464)

    makeDataFolder(folder)
    const lock = await lockFolder(folder)
    const { records } = await openRecords(folder, 0)
    const bucket = await openLocalBucket({ folder: join(folder, 'local-bucket') })

    await bucket.close()
    records.close()
    await lock.release()
  })

  it('is refused if no file can be written to it, whatever its mode says', async () => {
    const folder = await temporaryFolder()
    const undo = simulateFiles(folder, {
      refusal: ({ isWriting }) => (isWriting ? 'EPERM' : null),
    })
    onTestFinished(undo)

    const refusal = await refusalOf(() => makeDataFolder(folder))

    expect(refusal).toBe(
      `Ferry cannot write to its data folder ${folder} (no permission). Choose another with --data-dir.`,
    )
  })

  it('is refused in one sentence if its lock cannot be opened', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'host-lock.sqlite'))

    const refusal = await refusalOf(() => lockFolder(folder))

    expect(refusal).toBe(
      `Ferry does not use ${join(folder, 'host-lock.sqlite')}: it is not a file.`,
    )
  })
})
