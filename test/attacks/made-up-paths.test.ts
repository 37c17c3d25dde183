import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SourceFacts } from '../../electron/core/ports.ts'
import { CoreHarness } from '../fakes/core-harness.ts'
import { MAY_LINK } from '../system-facts.ts'
import { attack } from './attack.ts'

/** Firefox's own, in the user's home folder. */
const BROWSER_PROFILE =
  {
    darwin: 'Library/Application Support/Firefox/Profiles/x',
    win32: 'AppData/Roaming/Mozilla/Firefox/Profiles/x',
  }[process.platform as string] ?? '.mozilla/firefox/x'

let home: string
let harness: CoreHarness

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'ferry-home-'))
  for (const folder of ['.aws', '.ssh', '.gnupg', BROWSER_PROFILE, 'Films', 'elsewhere']) {
    mkdirSync(join(home, folder), { recursive: true })
  }
  for (const file of ['.aws/credentials', '.ssh/id', '.gnupg/key', `${BROWSER_PROFILE}/cookies`]) {
    writeFileSync(join(home, file), 'secret')
  }
  writeFileSync(join(home, 'elsewhere', 'secret'), 'secret')
  writeFileSync(join(home, 'Films', 'a.mov'), 'film')
  harness = await CoreHarness.start({
    description: { host: 'desktop', version: '0.0.0', platform: 'linux' },
    environment: { HOME: home },
  })
})

afterEach(async () => {
  await harness.close()
  rmSync(home, { recursive: true, force: true })
})

async function register(path: string, folder?: string) {
  const facts: SourceFacts = { path, folder, name: 'a', byteLength: 1, modifiedAtMs: 1 }
  const outcome = harness.only(await harness.core.registerSources([facts]))
  return outcome.ok ? 'ok' : outcome.failure.kind
}

const isRefused = (kind: string) => kind !== 'ok'

attack(
  'a page that was taken over',
  'a page process that makes up paths gets no keys and none of Ferry’s own files',
  async ({ tried }) => {
    writeFileSync(join(harness.folder, 'secrets.json'), 'secret')
    mkdirSync(join(harness.folder, 'logs'), { recursive: true })
    writeFileSync(join(harness.folder, 'logs', 'a.log'), 'secret')
    symlinkSync(join(home, '.ssh'), join(home, 'Films', 'way'), 'junction')
    if (MAY_LINK) symlinkSync(join(home, '.aws', 'credentials'), join(home, 'Films', 'b.mov'))
    const paths = [
      ...['.aws/credentials', '.ssh/id', '.gnupg/key', `${BROWSER_PROFILE}/cookies`],
      ...['Films/../.ssh/id', 'Films/way/id', 'Films/b.mov', './.aws/./credentials'],
    ].map((path) => `${home}/${path}`)
    const own = ['settings.json', 'records.sqlite', 'secrets.json', 'logs/a.log']
    const system = ['/proc/self/environ', '/proc/self/mem', '/sys/kernel/notes', '/dev/null']
    const odd = ['relative', `${home}/Films/a.mov\0`, '', '\\\\server\\share\\a']

    for (const path of [...paths, ...own.map((each) => join(harness.folder, each))]) {
      tried(path, isRefused(await register(path)))
    }
    for (const path of [...system, ...odd]) tried(path, isRefused(await register(path)))
    const walked = await harness.core.inspectFolders([
      ...['\\\\server\\share', 'relative'],
      ...[join(home, '.ssh'), join(home, 'Films', 'way'), harness.folder, '/proc/self'],
    ])
    tried(
      'a walk through what is closed',
      walked.every((each) => each === null),
    )
  },
)

attack('a page that was taken over', 'no link leads out of a chosen folder', async ({ tried }) => {
  const films = join(home, 'Films')
  symlinkSync(join(home, 'elsewhere'), join(films, 'folder'), 'junction')
  if (MAY_LINK) {
    symlinkSync(join(home, 'elsewhere', 'secret'), join(films, 'link'))
    symlinkSync('a.mov', join(films, 'inside'))
  }

  for (const path of [...(MAY_LINK ? ['link'] : []), 'folder/secret', '../elsewhere/secret']) {
    tried(path, (await register(`${films}/${path}`, films)) === 'source-off-limits')
  }

  if (MAY_LINK) expect(await register(join(films, 'inside'), films)).toBe('ok')
  expect(await register(join(films, 'a.mov'), films)).toBe('ok')
})

test('a file that the user copied out of such a folder is accepted', async () => {
  linkSync(join(home, '.ssh', 'id'), join(home, 'Films', 'id-copy'))

  expect(await register(join(home, 'Films', 'id-copy'))).toBe('ok')
  expect(await register(join(home, 'elsewhere', 'secret'))).toBe('ok')
})
