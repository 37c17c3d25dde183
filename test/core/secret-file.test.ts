import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { ToDeleteList } from '../../electron/core/files/to-delete-list.ts'
import { memoryVault, openSecretFile } from '../../electron/core/secret-file.ts'
import { temporaryFolder } from '../fakes/core-ports.ts'
import { sharedBitsOf } from '../loopback/loopback-harness.ts'
import { simulateFiles } from '../platforms/simulated-files.ts'
import { holdFiles, noWait } from './files/held-files.ts'

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

it('finds a secret again after a restart by a reference that holds nothing of it', async () => {
  const reference = await kept('s3cr3t')

  const revealed = await (await openSecretFile(folder, NOW)).vault.reveal(reference)

  expect(reference).not.toContain('s3cr3t')
  expect(revealed).toEqual({ ok: true, value: { secret: 's3cr3t', renewed: null } })
  expect(sharedBitsOf(statSync(join(folder, 'secrets.json')))).toBe(0)
})

it('keeps every secret of several that are stored at once', async () => {
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

it('knows nothing of a secret that the desktop’s key store has sealed', async () => {
  const { vault } = await openSecretFile(folder, NOW)

  expect(await vault.reveal('safe-storage:djEwAAAA')).toEqual({
    ok: false,
    failure: { kind: 'secret-missing' },
  })
})

it.each(['{', '{"version":2,"secrets":{}}', '{"version":1,"secrets":{"x":1}}'])(
  'moves a file aside that it cannot read: %s',
  async (damage) => {
    writeFileSync(join(folder, 'secrets.json'), damage)

    const { vault, troubles } = await openSecretFile(folder, NOW)

    expect(troubles).toMatchObject([{ kind: 'file-set-aside', what: 'secrets' }])
    expect(await vault.protect('new')).toMatchObject({ ok: true })
  },
)

it('says that the secret could not be kept when the folder is gone', async () => {
  const { vault } = await openSecretFile(folder, NOW)
  remove()

  const outcome = await vault.protect('s3cr3t')

  expect(outcome).toEqual({ ok: false, failure: { kind: 'secret-store-unavailable' } })
})

it('keeps nothing when it was told to', async () => {
  expect(await memoryVault.place()).toBe('memory')
  expect(await memoryVault.protect('x')).toMatchObject({ ok: false })
})

describe('while another program holds the file', () => {
  const text = () => readFileSync(join(folder, 'secrets.json'), 'utf8')

  it('for a moment, a secret is kept all the same', async () => {
    const { vault } = await openSecretFile(folder, NOW, { wait: noWait })
    const { refusals } = holdFiles(folder, 3)

    const outcome = await vault.protect('s3cr3t')

    expect(outcome.ok).toBe(true)
    expect(refusals()).toBe(3)
    expect(text()).toContain('s3cr3t')
  })

  it('for long, a wiped secret serves no more, and the next start takes it out', async () => {
    const reference = await kept('s3cr3t')
    const other = await kept('other')
    const { vault } = await openSecretFile(folder, NOW, { wait: noWait })
    const { letGo } = holdBut(/to-wipe/)

    await vault.wipe?.(reference)

    expect(await vault.reveal(reference)).toMatchObject({ ok: false })
    expect(text()).toContain('s3cr3t')
    letGo()
    await new ToDeleteList(folder).workOff()
    const next = await openSecretFile(folder, NOW, { wait: noWait })
    expect(text()).not.toContain('s3cr3t')
    expect(await next.vault.reveal(other)).toMatchObject({ ok: true })
    expect(readdirSync(folder)).toEqual(['secrets.json'])
  })

  it('for long, a wiped secret goes with the next write', async () => {
    const reference = await kept('s3cr3t')
    const { vault } = await openSecretFile(folder, NOW, { wait: noWait })
    const { letGo } = holdBut(/to-wipe/)
    await vault.wipe?.(reference)
    letGo()

    await vault.protect('new')

    expect(text()).not.toContain('s3cr3t')
    expect(readdirSync(folder)).not.toContain('secrets-to-wipe.json')
  })

  it('and its list is held, too, the wipe fails instead of claiming to be done', async () => {
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

  /** Every file is held for good whose name does not match. */
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
