import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { memoryVault, openSecretFile } from '../../electron/core/secret-file.ts'
import { temporaryFolder } from '../fakes/core-ports.ts'
import { sharedBitsOf } from '../loopback/loopback-harness.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
let folder: string
let remove: () => void

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})

afterEach(() => remove())

async function kept(secret: string): Promise<string> {
  const outcome = await openSecretFile(folder, NOW).vault.protect(secret)
  if (!outcome.ok) throw new Error(outcome.failure.kind)
  return outcome.value
}

it('finds a secret again after a restart by a reference that holds nothing of it', async () => {
  const reference = await kept('s3cr3t')

  const revealed = await openSecretFile(folder, NOW).vault.reveal(reference)

  expect(reference).not.toContain('s3cr3t')
  expect(revealed).toEqual({ ok: true, value: { secret: 's3cr3t', renewed: null } })
  expect(sharedBitsOf(statSync(join(folder, 'secrets.json')))).toBe(0)
})

it('keeps every secret of several that are stored at once', async () => {
  const { vault } = openSecretFile(folder, NOW)
  const secrets = Array.from({ length: 20 }, (_, index) => `secret ${index}`)

  const outcomes = await Promise.all(secrets.map((secret) => vault.protect(secret)))

  const after = openSecretFile(folder, NOW).vault
  const revealed = await Promise.all(
    outcomes.map((outcome) => after.reveal(outcome.ok ? outcome.value : '')),
  )
  expect(revealed.map((each) => each.ok && each.value.secret)).toEqual(secrets)
})

it('leaves nothing of a wiped secret in the folder', async () => {
  const reference = await kept('s3cr3t')
  const { vault } = openSecretFile(folder, NOW)

  await vault.wipe?.(reference)

  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  expect(texts.join()).not.toContain('s3cr3t')
  expect(await vault.reveal(reference)).toEqual({
    ok: false,
    failure: { kind: 'secret-missing' },
  })
})

it.each(['{', '{"version":2,"secrets":{}}', '{"version":1,"secrets":{"x":1}}'])(
  'moves a file aside that it cannot read: %s',
  async (damage) => {
    writeFileSync(join(folder, 'secrets.json'), damage)

    const { vault, troubles } = openSecretFile(folder, NOW)

    expect(troubles).toMatchObject([{ kind: 'file-set-aside', what: 'secrets' }])
    expect(await vault.protect('new')).toMatchObject({ ok: true })
  },
)

it('says that the secret could not be kept when the folder is gone', async () => {
  const { vault } = openSecretFile(folder, NOW)
  remove()

  const outcome = await vault.protect('s3cr3t')

  expect(outcome).toEqual({ ok: false, failure: { kind: 'secret-store-unavailable' } })
})

it('keeps nothing when it was told to', async () => {
  expect(await memoryVault.place()).toBe('memory')
  expect(await memoryVault.protect('x')).toMatchObject({ ok: false })
})
