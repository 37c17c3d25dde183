import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { createCore } from '../../electron/core/create-core.ts'
import { makeDataFolder } from '../../electron/core/host/data-folder.ts'
import { lockFolder } from '../../electron/core/host/folder-lock.ts'
import { openLog } from '../../electron/core/host/log.ts'
import { claimFolder } from '../../electron/files/private-files.ts'
import { replaceFile } from '../../electron/files/replace-file.ts'
import { StartRefused } from '../../electron/files/start-refused.ts'
import { openLocalBucket } from '../../electron/local-bucket/local-bucket.ts'
import { removeForeign } from '../../scripts/chromium-binary.ts'
import { corePorts, Heard } from '../fakes/core-ports.ts'
import { attack } from './attack.ts'
import { OTHER_UID, otherUser } from './other-user.ts'

const isWindows = process.platform === 'win32'
const root = fileURLToPath(new URL('../../', import.meta.url))
const PROGRAMS = ['scripts/start.ts', 'electron/desktop/main.ts', 'electron/local-bucket/main.ts']

/** A folder in /tmp, which every user of the computer may enter. */
function place(mode = 0o755): string {
  // The path to macOS' temporary folder contains a link, and errors name the link's target.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ferry-disk-')))
  chmodSync(folder, mode)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The default of most systems for a user's programs. */
function usualUmask(): void {
  const before = process.umask(0o022)
  onTestFinished(() => {
    process.umask(before)
  })
}

/** Everything that a host opens in its data folder, with a link in its most recent records. */
async function runningHost(folder: string): Promise<void> {
  makeDataFolder(folder)
  const lock = await lockFolder(folder)
  await lock.announce('http://127.0.0.1:47470')
  const ports = { ...(await corePorts(folder, new Heard())), log: openLog(folder) }
  await ports.vault.protect('a secret')
  const core = await createCore(ports)
  onTestFinished(async () => {
    await core.close()
    await lock.release()
  })
  const opened = await core.handlers.openLocalBucket({})
  if (!opened.ok) throw new Error(opened.failure.kind)
  const { destinationId } = opened.value
  const [source] = await core.registerSources([
    { path: null, name: 'file.txt', byteLength: 3, modifiedAtMs: 1 },
  ])
  if (source?.ok !== true) throw new Error('No source')
  const { sourceId } = source.value
  await core.handlers.queueUploads({
    destinationId,
    items: [{ sourceId, relativePath: 'file.txt', contentType: '', hash8: null }],
  })
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

function refusalOf(work: () => unknown): string | null {
  try {
    work()
    return null
  } catch (error) {
    return error instanceof StartRefused ? error.message : null
  }
}

attack(
  'files on the disk',
  'another user reads nothing of a host in a folder that was open to all',
  async ({ tried }, context) => {
    const asOther = otherUser(context)
    usualUmask()
    const folder = place()
    // Files from an earlier Ferry, or from a restored backup.
    for (const name of ['records.sqlite', 'settings.json', 'secrets.json']) {
      writeFileSync(join(folder, name), name === 'settings.json' ? '{}' : '', { mode: 0o644 })
    }
    rmSync(join(folder, 'secrets.json'))
    await runningHost(folder)

    const files = filesBelow(folder)
    for (const file of files) tried(file, !asOther('cat "$1"', file).isDone)
    tried('the list of names', !asOther('ls "$1"', folder).isDone)

    expect(files).toEqual(expect.arrayContaining([join(folder, 'records.sqlite-wal')]))
  },
)

attack(
  'files on the disk',
  'no file of a host has a mode that allows others access, even in an open folder',
  async ({ tried }, context) => {
    if (isWindows) context.skip('a mode means nothing on Windows')
    usualUmask()
    const folder = place()

    await runningHost(folder)

    const paths = [folder, ...filesBelow(folder)]
    for (const path of paths) tried(path, (statSync(path).mode & 0o077) === 0)
    const names = paths.map((path) => path.slice(folder.length + 1))
    expect(names).toEqual(
      expect.arrayContaining([
        'records.sqlite-wal',
        'host-lock.sqlite',
        'running-at.txt',
        'settings.json',
        'secrets.json',
        'logs/ferry.log',
        'local-bucket/index.sqlite-wal',
        'local-bucket/bucket.json',
      ]),
    )
  },
)

attack(
  'files on the disk',
  'every program that writes removes others’ permissions before it loads anything else',
  ({ tried }) => {
    for (const program of PROGRAMS) {
      const source = readFileSync(join(root, program), 'utf8')
      const first = /^import .*$/m.exec(source)?.[0] ?? ''
      tried(program, /^import '[\w./-]+\/files\/owner-only\.ts'$/.test(first))
    }
    if (isWindows) return
    const file = join(root, 'electron/files/owner-only.ts')
    const module = JSON.stringify(pathToFileURL(file).href)
    const script = `process.umask(0o022); import(${module}).then(() => console.log(process.umask()))`
    const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })
    tried('the mask', Number(stdout) === 0o077)
  },
)

attack(
  'files on the disk',
  'a folder or file that others may change is refused, with the command that fixes it',
  ({ tried }, context) => {
    if (isWindows) context.skip('a mode means nothing on Windows')
    const cases: [title: string, make: (folder: string) => string][] = [
      ['folder', (folder) => folder],
      ['records', (folder) => made(join(folder, 'records.sqlite'))],
      ['journal', (folder) => made(join(folder, 'records.sqlite-wal'))],
      ['secrets', (folder) => made(join(folder, 'secrets.json'))],
      ['settings', (folder) => made(join(folder, 'settings.json'))],
      ['sessions', (folder) => made(join(folder, 'sessions.json'))],
      ['lock', (folder) => made(join(folder, 'host-lock.sqlite'))],
    ]
    for (const [title, make] of cases) {
      for (const mode of [0o602, 0o666]) {
        const folder = place()
        const path = make(folder)
        chmodSync(path, path === folder ? mode | 0o700 : mode)

        const refusal = refusalOf(() => makeDataFolder(folder))

        tried(`${title} with mode ${mode.toString(8)}`, refusal?.includes(path) === true)
        expect(refusal).toContain(`chmod go-w '${path}'`)
      }
    }
  },
)

attack(
  'files on the disk',
  'a parent folder that others may change is refused, and /tmp with its sticky bit is not',
  ({ tried }, context) => {
    if (isWindows) context.skip('a mode means nothing on Windows')
    const open = place(0o777)
    const sticky = place(0o1777)
    const aside = place()
    symlinkSync(open, join(aside, 'link'))

    tried('below it', refusalOf(() => makeDataFolder(join(open, 'a', 'ferry'))) !== null)
    tried('behind a link', refusalOf(() => makeDataFolder(join(aside, 'link', 'ferry'))) !== null)

    expect(existsSync(join(open, 'a'))).toBe(false)
    makeDataFolder(join(sticky, 'ferry'))
  },
)

attack(
  'files on the disk',
  'a link in place of one of our files is neither read nor written',
  async ({ tried }, context) => {
    if (isWindows) context.skip('a link needs a right of its own on Windows')
    const victim = join(place(), 'victim')
    writeFileSync(victim, 'precious')
    const links = ['records.sqlite', 'records.sqlite-wal', 'settings.json', 'secrets.json']
    for (const name of [...links, 'host-lock.sqlite', 'running-at.txt']) {
      const folder = place(0o700)
      symlinkSync(victim, join(folder, name))
      tried(name, refusalOf(() => makeDataFolder(folder)) !== null)
    }
    for (const name of ['ferry.log', 'ferry.1.log']) {
      const folder = place(0o700)
      mkdirSync(join(folder, 'logs'))
      symlinkSync(victim, join(folder, 'logs', name))
      tried(name, refusalOf(() => openLog(folder)) !== null)
    }
    for (const name of ['bucket.json', 'index.sqlite', 'index.sqlite-shm']) {
      const folder = place(0o700)
      symlinkSync(victim, join(folder, name))
      await openLocalBucket({ folder }).then(
        (bucket) => bucket.close().then(() => tried(name, false)),
        (error: Error) => tried(name, error.message.includes(join(folder, name))),
      )
    }

    expect(readFileSync(victim, 'utf8')).toBe('precious')
  },
)

attack(
  'files on the disk',
  'a folder, file or link of another user is refused, even for root',
  ({ tried }, context) => {
    otherUser(context)
    const sticky = place(0o1777)
    const foreign = join(sticky, 'ferry')
    mkdirSync(foreign, { mode: 0o700 })
    chownSync(foreign, OTHER_UID, OTHER_UID)
    const own = place(0o700)
    writeFileSync(join(own, 'secrets.json'), '{}', { mode: 0o600 })
    chownSync(join(own, 'secrets.json'), OTHER_UID, OTHER_UID)

    tried('folder', refusalOf(() => makeDataFolder(foreign))?.includes(foreign) === true)
    tried('file', refusalOf(() => makeDataFolder(own))?.includes('secrets.json') === true)
  },
)

attack(
  'files on the disk',
  'another user cannot redirect the data folder with a link that existed first',
  ({ tried }, context) => {
    const asOther = otherUser(context)
    const sticky = place(0o1777)
    const target = place(0o700)
    const link = join(sticky, 'ferry')
    expect(asOther('ln -s "$1" "$2"', target, link).isDone).toBe(true)

    tried('itself', refusalOf(() => makeDataFolder(link)) !== null)
    tried('a folder below', refusalOf(() => makeDataFolder(join(link, 'data'))) !== null)

    expect(readdirSync(target)).toEqual([])
  },
)

attack(
  'files on the disk',
  'another user who guesses the usual temporary names intercepts no write',
  async ({ tried }, context) => {
    if (isWindows) context.skip('a link needs a right of its own on Windows')
    const folder = place(0o700)
    const victim = join(folder, 'victim')
    writeFileSync(victim, 'precious')
    const file = join(folder, 'bucket.json')
    for (const suffix of ['.new', '.tmp', '~', '.0.tmp']) symlinkSync(victim, file + suffix)

    await replaceFile(file, 'ours')

    tried('links beside it', readFileSync(victim, 'utf8') === 'precious')
    tried('a link in its place', await replacesLink(folder, victim))
    expect(readFileSync(file, 'utf8')).toBe('ours')
    expect(readdirSync(folder).filter((name) => /[0-9a-f]{8}-/.test(name))).toEqual([])
  },
)

attack(
  'files on the disk',
  'a browser that another user could have unpacked for the tests is not run',
  async ({ tried }, context) => {
    if (isWindows) context.skip('a mode means nothing on Windows')
    const folder = place(0o700)
    const paths = ['open', 'own'].map((name) => join(folder, name))
    for (const path of paths) {
      mkdirSync(path, { mode: 0o700 })
      made(join(path, 'chromium'))
    }
    chmodSync(join(folder, 'open'), 0o777)
    symlinkSync(join(folder, 'own'), join(folder, 'link'))

    for (const name of ['open', 'link', 'own']) await removeForeign(join(folder, name))

    const left = readdirSync(folder)
    tried('a folder that all may change', !left.includes('open'))
    tried('a link', !left.includes('link'))
    expect(readdirSync(join(folder, 'own'))).toEqual(['chromium'])
    tried('a cache that all may change', refusalOf(() => claimFolder(place(0o777))) !== null)
  },
)

it.skipIf(isWindows)('a folder that others may read becomes private', () => {
  const folder = place(0o755)
  made(join(folder, 'settings.json'))

  makeDataFolder(folder)

  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'settings.json')).mode & 0o777).toBe(0o600)
})

it.skipIf(isWindows)('a link of the user’s own to the data folder is followed', () => {
  const folder = place(0o700)
  const link = join(place(), 'ferry')
  symlinkSync(folder, link)

  makeDataFolder(link)

  expect(statSync(folder).mode & 0o777).toBe(0o700)
})

function made(file: string): string {
  writeFileSync(file, '', { mode: 0o644 })
  return file
}

async function replacesLink(folder: string, victim: string): Promise<boolean> {
  const file = join(folder, 'state.json')
  symlinkSync(victim, file)
  await replaceFile(file, 'ours')
  return !lstatSync(file).isSymbolicLink() && readFileSync(victim, 'utf8') === 'precious'
}
