import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { DestinationDraft } from '../../../electron/contract/destination-draft.ts'
import { failed, succeeded } from '../../../electron/contract/outcome.ts'
import {
  importingVault,
  memoryVault,
  openSecretFile,
} from '../../../electron/core/host/secret-file.ts'
import type { SecretVault } from '../../../electron/core/ports.ts'
import { DeletionQueue } from '../../../electron/files/deletion-queue.ts'
import { CoreHarness } from '../../fakes/core-harness.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'
import { TYPED_KEYS } from '../../fakes/typed-keys.ts'
import { holdFiles, noWait } from '../../files/held-files.ts'
import { sharedBitsOf } from '../../loopback/loopback-harness.ts'
import { simulateFiles } from '../../platforms/simulated-files.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
let folder: string
let remove: () => void

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})

afterEach(() => remove())

async function kept(secret: string): Promise<string> {
  const outcome = await (await openSecretFile(folder, NOW)).vault.protect(secret)
  if (!outcome.ok) throw new Error(outcome.failure.kind)
  return outcome.value
}

it('finds a secret again after a restart by a reference that contains nothing of it', async () => {
  const reference = await kept('s3cr3t')

  const revealed = await (await openSecretFile(folder, NOW)).vault.reveal(reference)

  expect(reference).not.toContain('s3cr3t')
  expect(revealed).toEqual({ ok: true, value: { secret: 's3cr3t', renewed: null } })
  expect(sharedBitsOf(statSync(join(folder, 'secrets.json')))).toBe(0)
})

it('keeps all secrets that are stored at the same time', async () => {
  const { vault } = await openSecretFile(folder, NOW)
  const secrets = Array.from({ length: 20 }, (_, index) => `secret ${index}`)

  const outcomes = await Promise.all(secrets.map((secret) => vault.protect(secret)))

  const after = (await openSecretFile(folder, NOW)).vault
  const revealed = await Promise.all(
    outcomes.map((outcome) => after.reveal(outcome.ok ? outcome.value : '')),
  )
  expect(revealed.map((each) => each.ok && each.value.secret)).toEqual(secrets)
})

it('leaves nothing of a wiped secret in the folder', async () => {
  const reference = await kept('s3cr3t')
  const { vault } = await openSecretFile(folder, NOW)

  await vault.wipe?.(reference)

  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  expect(texts.join()).not.toContain('s3cr3t')
  expect(await vault.reveal(reference)).toEqual({
    ok: false,
    failure: { kind: 'secret-missing' },
  })
})

it('does not know a secret that the desktop’s key store has sealed', async () => {
  const { vault } = await openSecretFile(folder, NOW)

  expect(await vault.reveal('safe-storage:djEwAAAA')).toEqual({
    ok: false,
    failure: { kind: 'secret-missing' },
  })
})

it.each(['{', '{"version":2,"secrets":{}}', '{"version":1,"secrets":{"x":1}}'])(
  'moves an unreadable file aside: %s',
  async (damage) => {
    writeFileSync(join(folder, 'secrets.json'), damage)

    const { vault, notices } = await openSecretFile(folder, NOW)

    expect(notices).toMatchObject([{ kind: 'file-set-aside', what: 'secrets' }])
    expect(await vault.protect('new')).toMatchObject({ ok: true })
  },
)

it('reports that the secret could not be stored if the folder is gone', async () => {
  const { vault } = await openSecretFile(folder, NOW)
  remove()

  const outcome = await vault.protect('s3cr3t')

  expect(outcome).toEqual({ ok: false, failure: { kind: 'secret-store-unavailable' } })
})

it('stores nothing if it was told so', async () => {
  expect(await memoryVault.place()).toBe('memory')
  expect(await memoryVault.protect('x')).toMatchObject({ ok: false })
})

describe('while another program holds the file', () => {
  const text = () => readFileSync(join(folder, 'secrets.json'), 'utf8')

  it('for a moment, a secret is still stored', async () => {
    const { vault } = await openSecretFile(folder, NOW, { wait: noWait })
    const { refusals } = holdFiles(folder, 3)

    const outcome = await vault.protect('s3cr3t')

    expect(outcome.ok).toBe(true)
    expect(refusals()).toBe(3)
    expect(text()).toContain('s3cr3t')
  })

  it('for long, a wiped secret is no longer valid, and the next start removes it', async () => {
    const reference = await kept('s3cr3t')
    const other = await kept('other')
    const { vault } = await openSecretFile(folder, NOW, { wait: noWait })
    const { letGo } = holdBut(/to-wipe/)

    await vault.wipe?.(reference)

    expect(await vault.reveal(reference)).toMatchObject({ ok: false })
    expect(text()).toContain('s3cr3t')
    letGo()
    await new DeletionQueue(folder).deleteQueued()
    const next = await openSecretFile(folder, NOW, { wait: noWait })
    expect(text()).not.toContain('s3cr3t')
    expect(await next.vault.reveal(other)).toMatchObject({ ok: true })
    expect(readdirSync(folder)).toEqual(['secrets.json'])
  })

  it('for long, the next write removes a wiped secret', async () => {
    const reference = await kept('s3cr3t')
    const { vault } = await openSecretFile(folder, NOW, { wait: noWait })
    const { letGo } = holdBut(/to-wipe/)
    await vault.wipe?.(reference)
    letGo()

    await vault.protect('new')

    expect(text()).not.toContain('s3cr3t')
    expect(readdirSync(folder)).not.toContain('secrets-to-wipe.json')
  })

  it('and its list as well, the wipe fails instead of pretending success', async () => {
    const reference = await kept('s3cr3t')
    const { vault } = await openSecretFile(folder, NOW, { wait: noWait })
    holdBut(/nothing/)

    await expect(vault.wipe?.(reference)).rejects.toThrow('EPERM')

    expect(await vault.reveal(reference)).toMatchObject({ ok: false })
  })

  it('and it is damaged, one sentence names it', async () => {
    writeFileSync(join(folder, 'secrets.json'), '{')
    holdBut(/nothing/)

    const refused = openSecretFile(folder, NOW, { wait: noWait })

    await expect(refused).rejects.toThrow(
      `another program has ${join(folder, 'secrets.json')} open`,
    )
  })

  /** All files whose name does not match are held forever. */
  function holdBut(names: RegExp): { readonly letGo: () => void } {
    const letGo = simulateFiles(folder, {
      refusal: ({ name, path, target }) => {
        const isHeld = path !== folder && (name === 'rename' || name === 'rm')
        return isHeld && !names.test(target ?? path) ? 'EPERM' : null
      },
    })
    onTestFinished(letGo)
    return { letGo }
  }
})

let harness: CoreHarness
const SECRET = 'wJalrXUtnFEMI'

beforeEach(async () => {
  harness = await CoreHarness.start()
})

afterEach(() => harness.close())

const file = () => join(harness.folder, 'secrets.json')

/** The desktop's vault, with a key store that is open or locked. */
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

it('seals the secrets of the browser’s host, and leaves none of them unencrypted', async () => {
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

it('is the key store’s own vault if the browser’s host kept no secrets', async () => {
  const vault = keyStore(true)

  expect(await importingVault(vault, harness.folder, Date.now())).toBe(vault)
})

it('reports a secret as missing if neither has it', async () => {
  await save('One')
  const vault = await importingVault(keyStore(true), harness.folder, Date.now())

  expect(await vault.reveal(randomUUID())).toEqual({
    ok: false,
    failure: { kind: 'secret-missing' },
  })
})
