import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { inspectDataFolder, makeDataFolder } from '../../electron/core/host/data-folder.ts'
import { MAX_LOG_BYTES, openLog } from '../../electron/core/host/log.ts'
import { openSecretFile } from '../../electron/core/host/secret-file.ts'
import { openRecords } from '../../electron/core/records/open-records.ts'
import { askForNewAddress } from '../../electron/loopback/host-control.ts'
import { type LoopbackHost, startLoopback } from '../../electron/loopback/main.ts'
import type { Terminal } from '../../electron/loopback/terminal.ts'
import { temporaryFolder } from '../fakes/core-ports.ts'
import { commandPath, post, sessionHeaders, signIn } from '../loopback/loopback-harness.ts'
import { scanner } from './busy-files.ts'
import { type ModelessDisk, noModes } from './no-modes.ts'
import { simulateFiles, type Volume } from './simulated-files.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const NO_TERMINAL: Terminal = {
  canAsk: false,
  ask: async () => false,
  onLine: () => () => undefined,
  close: () => undefined,
}
const isWindows = process.platform === 'win32'

/** The mount point of that file system: in a folder of the user's, as a desktop mounts a stick. */
function onVolume(...volumes: readonly Volume[]): string {
  const { folder: above, remove } = temporaryFolder()
  onTestFinished(remove)
  const folder = join(above, 'disk')
  mkdirSync(folder, { mode: 0o700 })
  onTestFinished(simulateFiles(folder, ...volumes))
  return folder
}

async function runningHost(
  dataFolder: string,
  passedOver: string | null = null,
): Promise<LoopbackHost> {
  const host = await startLoopback({
    ...{ dataFolder, passedOver, ports: [0], version: '0.0.0' },
    pageFolder: fileURLToPath(new URL('../loopback/page', import.meta.url)),
    terminal: NO_TERMINAL,
  })
  let isOpen = true
  const close = async () => {
    if (isOpen) await host.close()
    isOpen = false
  }
  onTestFinished(close)
  return { ...host, close }
}

/** The host's description as a page gets it at the host's address. */
async function describedBy(host: LoopbackHost): Promise<unknown> {
  const { origin, hash } = new URL(host.newAddress().url)
  const session = await signIn({ server: { origin }, token: hash.slice(1) })
  const headers = sessionHeaders(session)
  const answer = await post(origin, commandPath('describeHost'), {}, headers)
  return JSON.parse(answer.body).value
}

it('a host that creates a new data folder reports where the older one is', async () => {
  const { folder, remove } = temporaryFolder()
  onTestFinished(remove)

  const host = await runningHost(folder, '/older/Ferry')

  expect(host.troubles).toEqual([{ kind: 'older-folder', folder: '/older/Ferry' }])
  expect(await describedBy(host)).toMatchObject({ secretPlace: 'file' })
})

describe('a scanner that holds every file briefly', () => {
  it('does not keep a host from starting, creating addresses and closing', async () => {
    const scan = scanner()
    const folder = onVolume(scan)
    writeFileSync(join(folder, 'settings.json'), '{"half')
    writeFileSync(join(folder, 'secrets.json'), '{"half')
    writeFileSync(join(folder, 'sessions.json'), '{}')

    const host = await runningHost(folder)
    const one = host.newAddress()
    const other = await askForNewAddress(folder)
    const { troubles } = host
    await host.close()

    expect(scan.refusals()).toBeGreaterThan(0)
    expect(one.url).not.toBe(other?.url)
    expect(troubles.map((each) => each.kind === 'file-set-aside' && each.what)).toEqual([
      'settings',
      'secrets',
    ])
    const left = readdirSync(folder).map((name) => name.replace(/\.corrupt-[\dTZ-]+/, '.corrupt'))
    expect(left.sort()).toEqual([
      'README.txt',
      'host-lock.sqlite',
      'logs',
      'records.sqlite',
      'secrets.corrupt.json',
      'settings.corrupt.json',
    ])
  })

  it('does not keep damaged records from being set aside', async () => {
    const folder = onVolume(scanner())
    writeFileSync(join(folder, 'records.sqlite'), 'no database '.repeat(1000))

    const { records, notices } = await openRecords(folder, NOW)
    records.close()

    expect(notices).toMatchObject([{ kind: 'file-set-aside', what: 'records' }])
  })

  it('lets a log grow that it holds permanently, until the next rotation', () => {
    let isHeld = true
    const folder = onVolume({
      refusal: ({ name, path }) =>
        isHeld && name === 'rename' && /ferry\.log$/.test(path) ? 'EPERM' : null,
    })
    const file = join(folder, 'logs', 'ferry.log')
    const log = openLog(folder)
    writeFileSync(file, 'x'.repeat(MAX_LOG_BYTES))

    openLog(folder).info({}, 'While it is held')
    expect(readFileSync(file, 'utf8')).toContain('While it is held')
    expect(statSync(file).size).toBeGreaterThan(MAX_LOG_BYTES)
    isHeld = false
    openLog(folder).info({}, 'After that')
    log.info({}, 'Another')

    expect(readdirSync(join(folder, 'logs')).sort()).toEqual(['ferry.1.log', 'ferry.log'])
    expect(statSync(file).size).toBeLessThan(MAX_LOG_BYTES)
  })

  it('loses only log lines when it holds the log from the beginning', () => {
    let isHeld = false
    const folder = onVolume({
      refusal: ({ isWriting, path }) =>
        isHeld && isWriting && /ferry\.log$/.test(path) ? 'EBUSY' : null,
    })
    const log = openLog(folder)
    isHeld = true
    log.info({}, 'Lost')
    isHeld = false

    log.info({}, 'Kept')

    const text = readFileSync(join(folder, 'logs', 'ferry.log'), 'utf8')
    expect(text).toContain('Kept')
    expect(text).not.toContain('Lost')
  })
})

describe.skipIf(isWindows).each(['stick', 'share', 'foreign'] satisfies ModelessDisk[])(
  'a disk that stores no modes (%s)',
  (disk) => {
    it('allows a host, which reports it and writes no secret', async () => {
      const folder = join(onVolume(noModes(disk)), 'made', 'ferry')

      const host = await runningHost(folder)
      const described = await describedBy(host)
      await host.close()

      expect(host.troubles).toEqual([{ kind: 'folder-open', folder, why: 'disk' }])
      expect(described).toMatchObject({ secretPlace: 'memory' })
      expect(readFileSync(join(folder, 'README.txt'), 'utf8')).toContain('Other users')
      const { vault } = await openSecretFile(folder, NOW, { isOpen: true })
      expect(await vault.place()).toBe('memory')
      expect(await vault.protect('s3cr3t')).toMatchObject({ ok: false })
      expect(readdirSync(folder)).not.toContain('secrets.json')
    })

    it('allows a host again in the same folder, with the keys that it had before', async () => {
      const folder = onVolume(noModes(disk))
      const before = await openSecretFile(folder, NOW)
      const kept = await before.vault.protect('s3cr3t')
      for (const _ of [1, 2]) {
        const host = await runningHost(folder)
        await host.close()
      }

      const { vault } = await openSecretFile(folder, NOW, { isOpen: true })

      const revealed = await vault.reveal(kept.ok ? kept.value : '')
      expect(revealed).toMatchObject({ ok: true, value: { secret: 's3cr3t' } })
    })
  },
)

describe('the facts about a data folder', () => {
  const facts = (changes: Partial<Parameters<typeof inspectDataFolder>[0]>) =>
    inspectDataFolder({
      ...{ folder: '/nowhere', privacy: 'private', platform: 'linux', environment: {} },
      ...changes,
    })

  it('contain no notice for a private folder on this computer', async () => {
    expect(await facts({})).toEqual({ isOpen: false, notices: [] })
  })

  it('on Windows come from the access list and the path', async () => {
    const run = async () => {
      throw new Error('The parameter is incorrect')
    }
    const folder = '\\\\server\\home\\Ferry'

    const { isOpen, notices } = await facts({ folder, platform: 'win32', run })

    expect(isOpen).toBe(true)
    expect(notices).toEqual([
      { kind: 'folder-open', folder, why: 'access-list' },
      { kind: 'folder-on-network', folder },
    ])
  })
})

it.skipIf(isWindows)(
  'a first start in a shared folder leaves no journal that others can read',
  async () => {
    const { folder, remove } = temporaryFolder()
    onTestFinished(remove)
    const before = process.umask(0o022)
    onTestFinished(() => void process.umask(before))
    chmodSync(folder, 0o755)
    makeDataFolder(folder)

    const { records } = await openRecords(folder, NOW)

    const names = readdirSync(folder).sort()
    const modes = names.map((name) => statSync(join(folder, name)).mode & 0o077)
    records.close()
    expect(names).toEqual(['records.sqlite', 'records.sqlite-wal'])
    expect(modes).toEqual([0, 0])
  },
)
