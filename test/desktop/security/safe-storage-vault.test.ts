import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import type { SecretVault } from '../../../electron/core/ports.ts'
import { safeStorageVault } from '../../../electron/desktop/security/safe-storage-vault.ts'
import { FakeSafeStorage } from '../../fakes/electron/safe-storage.ts'
import { safeStorage } from '../../fakes/electron.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const vaultOn = (platform: NodeJS.Platform) => safeStorageVault({ safeStorage, platform })
const unavailable = { ok: false, failure: { kind: 'secret-store-unavailable' } }
const missing = { ok: false, failure: { kind: 'secret-missing' } }

beforeEach(() => safeStorage.reset())

describe('the vault', () => {
  it('returns the secret and stores it encrypted', async () => {
    const vault = vaultOn('linux')

    const kept = await vault.protect(SECRET)
    const revealed = kept.ok ? await vault.reveal(kept.value) : kept

    expect(revealed).toEqual({ ok: true, value: { secret: SECRET, renewed: null } })
    expect(JSON.stringify(kept)).not.toContain(SECRET)
  })

  it.each([
    ['key-ring', 'system'],
    ['portal', 'system'],
    ['hard-coded', 'memory'],
  ] as const)('on Linux with a %s stores secrets in: %s', async (backend, place) => {
    safeStorage.change({ backend })

    expect(await vaultOn('linux').place()).toBe(place)
  })

  it('trusts no unknown tag on Linux', async () => {
    const unknown = {
      isAsyncEncryptionAvailable: async () => true,
      encryptStringAsync: async () => Buffer.from('v99sealed'),
      decryptStringAsync: async () => ({ result: '', shouldReEncrypt: false }),
    }

    expect(await safeStorageVault({ safeStorage: unknown, platform: 'linux' }).place()).toBe(
      'memory',
    )
  })

  it.each(['darwin', 'win32'] as const)(
    'on %s trusts the tag v10, which is the system key store there',
    async (platform) => {
      safeStorage.change({ backend: 'system' })

      expect(await vaultOn(platform).place()).toBe('system')
    },
  )

  it('has no safe place while the system returns no key', async () => {
    safeStorage.change({ backend: 'system', isLocked: true })
    const vault = vaultOn('darwin')

    expect(await vault.place()).toBe('memory')
    expect(await vault.protect(SECRET)).toEqual(unavailable)
  })

  it.each(['linux', 'darwin', 'win32'] as const)(
    'opens in another process on %s what this one stored',
    async (platform) => {
      if (platform !== 'linux') safeStorage.change({ backend: 'system' })
      const kept = await vaultOn(platform).protect(SECRET)

      safeStorage.restart()

      expect(await vaultOn(platform).reveal(keptValue(kept))).toEqual({
        ok: true,
        value: { secret: SECRET, renewed: null },
      })
    },
  )

  it('encrypts again what the hard-coded key had encrypted, once there is a key ring', async () => {
    safeStorage.change({ backend: 'hard-coded' })
    const scrambled = await safeStorage.encryptStringAsync(SECRET)
    safeStorage.change({ backend: 'key-ring' })
    safeStorage.restart()
    const vault = vaultOn('linux')

    const revealed = await vault.reveal(`safe-storage:${scrambled.toString('base64')}`)

    const renewed = revealed.ok ? (revealed.value.renewed ?? '') : ''
    expect(revealed).toMatchObject({ ok: true, value: { secret: SECRET } })
    expect(await vault.reveal(renewed)).toEqual({
      ok: true,
      value: { secret: SECRET, renewed: null },
    })
  })

  it('reports a missing secret when its key is lost', async () => {
    const kept = await vaultOn('linux').protect(SECRET)
    safeStorage.change({ keyName: 'key-2' })
    safeStorage.restart()
    const vault = vaultOn('linux')
    const heard = locksOf(vault)

    expect(await vault.reveal(keptValue(kept))).toEqual(missing)
    expect(heard).toEqual([])
  })

  it('reports a missing secret when another kind of vault stored it', async () => {
    expect(await vaultOn('linux').reveal('file:7')).toEqual(missing)
  })
})

describe('a locked key ring', () => {
  it('is reported, and is open for a Ferry that starts after it was unlocked', async () => {
    const kept = keptValue(await vaultOn('linux').protect(SECRET))
    safeStorage.change({ isLocked: true })
    safeStorage.restart()
    const vault = vaultOn('linux')
    const heard = locksOf(vault)

    expect(await vault.reveal(kept)).toEqual(unavailable)
    safeStorage.change({ isLocked: false })
    // Electron fetches the keys once per process.
    expect(await vault.reveal(kept)).toEqual(unavailable)
    safeStorage.restart()

    expect(await vaultOn('linux').reveal(kept)).toMatchObject({ ok: true })
    expect(heard).toEqual([true])
  })

  it('stores nothing with the hard-coded key meanwhile', async () => {
    safeStorage.change({ isLocked: true })
    const vault = vaultOn('linux')

    expect(await vault.protect(SECRET)).toEqual(unavailable)
    expect(await vault.place()).toBe('memory')
  })

  it('is reported to a late listener', async () => {
    safeStorage.change({ isLocked: true })
    const vault = vaultOn('linux')
    await vault.protect(SECRET)

    expect(locksOf(vault)).toEqual([true])
  })

  it('does not block the window while it waits for a password, and opens with it', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { promise, resolve: unlock } = Promise.withResolvers<void>()
    safeStorage.unlocking = promise
    const vault = vaultOn('linux')
    const heard = locksOf(vault)
    const place = vault.place()
    const kept = vault.protect(SECRET)

    await vi.advanceTimersByTimeAsync(3000)
    expect(await place).toBe('memory')
    expect(heard).toEqual([true])
    unlock()

    expect(await kept).toMatchObject({ ok: true })
    expect(await vault.place()).toBe('system')
    expect(heard).toEqual([true, false])
  })

  it('is not assumed on a slow computer without a key ring', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    safeStorage.change({ backend: 'hard-coded' })
    const { promise, resolve: answer } = Promise.withResolvers<void>()
    safeStorage.unlocking = promise
    const vault = vaultOn('linux')
    const heard = locksOf(vault)
    const place = vault.place()

    await vi.advanceTimersByTimeAsync(3000)
    expect(await place).toBe('memory')
    answer()
    await vi.advanceTimersByTimeAsync(0)

    expect(heard).toEqual([true, false])
    expect(await vault.place()).toBe('memory')
  })

  it('stays locked when its password is not entered', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const sealed = keptValue(await vaultOn('linux').protect(SECRET))
    safeStorage.restart()
    safeStorage.change({ isLocked: true })
    const { promise, resolve: dismiss } = Promise.withResolvers<void>()
    safeStorage.unlocking = promise
    const vault = vaultOn('linux')
    const heard = locksOf(vault)
    const place = vault.place()
    const revealed = vault.reveal(sealed)

    await vi.advanceTimersByTimeAsync(3000)
    await place
    dismiss()
    await vi.advanceTimersByTimeAsync(0)

    expect(await revealed).toEqual(unavailable)
    expect(heard).toEqual([true])
  })

  it('is tried again from time to time, in case the system lets a running process in', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    safeStorage.change({ isLocked: true })
    const vault = vaultOn('linux')
    const heard = locksOf(vault)
    await vault.protect(SECRET)

    await vi.advanceTimersByTimeAsync(60_000)
    expect(heard).toEqual([true])
    safeStorage.change({ isLocked: false })
    safeStorage.restart()
    await vi.advanceTimersByTimeAsync(30_000)

    expect(heard).toEqual([true, false])
    expect(await vault.protect(SECRET)).toMatchObject({ ok: true })
    expect(vi.getTimerCount()).toBe(0)
  })
})

it('the fake key store is shared with another process by a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ferry-keys-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const first = new FakeSafeStorage()
  first.keepIn(join(folder, 'keys.json'))
  first.change({ backend: 'portal', isLocked: true })
  const second = new FakeSafeStorage()
  second.keepIn(join(folder, 'keys.json'))

  expect(second.state).toEqual({ backend: 'portal', isLocked: true, keyName: 'key-1' })
  second.change({ isLocked: false })

  const sealed = await second.encryptStringAsync(SECRET)
  expect(await first.decryptStringAsync(sealed)).toEqual({ result: SECRET, shouldReEncrypt: false })
})

function keptValue(kept: Outcome<string>): string {
  if (!kept.ok) throw new Error(`It was not kept: ${kept.failure.kind}`)
  return kept.value
}

/** Collects the vault's lock states from now on. */
function locksOf(vault: SecretVault): readonly boolean[] {
  const heard: boolean[] = []
  vault.watchLock?.((isLocked) => void heard.push(isLocked))
  return heard
}
