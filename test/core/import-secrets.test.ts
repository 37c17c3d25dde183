import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { DestinationDraft } from '../../electron/contract/destination-draft.ts'
import { failed, succeeded } from '../../electron/contract/outcome.ts'
import { importingVault } from '../../electron/core/import-secrets.ts'
import type { SecretVault } from '../../electron/core/ports.ts'
import { CoreHarness } from '../fakes/core-harness.ts'
import { TYPED_KEYS } from '../fakes/typed-keys.ts'

let harness: CoreHarness
const SECRET = 'wJalrXUtnFEMI'

beforeEach(async () => {
  harness = await CoreHarness.start()
})

afterEach(() => harness.close())

const file = () => join(harness.folder, 'secrets.json')

/** The desktop's, over a key store that is open or locked. */
function keyStore(isOpen: boolean): SecretVault {
  const unavailable = failed({ kind: 'secret-store-unavailable' } as const)
  return {
    place: async () => (isOpen ? 'system' : 'memory'),
    protect: async (secret) =>
      isOpen ? succeeded(`sealed:${Buffer.from(secret).toString('base64')}`) : unavailable,
    reveal: async (kept) => {
      if (!kept.startsWith('sealed:')) return failed({ kind: 'secret-missing' })
      const secret = Buffer.from(kept.slice('sealed:'.length), 'base64').toString()
      return isOpen ? succeeded({ secret, renewed: null }) : unavailable
    },
    watchLock: () => undefined,
  }
}

const draft: DestinationDraft = {
  ...TYPED_KEYS,
  destinationId: null,
  name: 'One',
  provider: 'other',
  endpoint: 'http://127.0.0.1:9',
  region: 'eu-1',
  bucket: 'photos',
  prefix: '',
  pathStyle: true,
  accessKeyId: 'AKIA',
  secretAccessKey: SECRET,
  sessionToken: '',
  keepSecret: true,
}

const save = (name: string) => harness.must('saveDestination', { ...draft, name })
const list = async () => (await harness.must('listDestinations', {})).destinations

async function startDesktop(isOpen: boolean): Promise<void> {
  await harness.core.close()
  const vault = await importingVault(keyStore(isOpen), harness.folder, Date.now())
  harness = await harness.restart({ vault })
}

it('seals what the browser’s host kept, and leaves none of it in the clear', async () => {
  await save('One')
  await save('Two')
  expect(readFileSync(file(), 'utf8')).toContain(SECRET)

  await startDesktop(true)
  await vi.waitFor(() => expect(existsSync(file())).toBe(false))

  const settings = readFileSync(join(harness.folder, 'settings.json'), 'utf8')
  expect(settings.match(/sealed:/g)).toHaveLength(2)
  expect((await list()).map(({ hasSecret, secretPlace }) => [hasSecret, secretPlace])).toEqual([
    [true, 'system'],
    [true, 'system'],
  ])
  await startDesktop(true)
  const [one] = await list()
  expect(one?.hasSecret).toBe(true)
})

it('uses them while the key store is locked, and loses none', async () => {
  await save('One')

  await startDesktop(false)
  const kept = JSON.parse(readFileSync(join(harness.folder, 'settings.json'), 'utf8'))
  const reference: string = kept.destinations.list[0].keptSecret
  const revealed = await harness.ports.vault.reveal(reference)

  expect(revealed).toMatchObject({ ok: true, value: { renewed: null } })
  expect(readFileSync(file(), 'utf8')).toContain(SECRET)
})

it('is the key store’s own vault where no browser’s host kept anything', async () => {
  const vault = keyStore(true)

  expect(await importingVault(vault, harness.folder, Date.now())).toBe(vault)
})

it('says that a secret is missing which neither has', async () => {
  await save('One')
  const vault = await importingVault(keyStore(true), harness.folder, Date.now())

  expect(await vault.reveal(randomUUID())).toEqual({
    ok: false,
    failure: { kind: 'secret-missing' },
  })
})
