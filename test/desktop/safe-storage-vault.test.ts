import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { safeStorageVault } from '../../electron/desktop/safe-storage-vault.ts'
import { safeStorage } from '../fakes/electron.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const vaultOn = (platform: NodeJS.Platform) => safeStorageVault({ safeStorage, platform })
const unavailable = { ok: false, failure: { kind: 'secret-store-unavailable' } }

beforeEach(() => safeStorage.reset())

describe('the vault', () => {
  it('gives back what it was given, and keeps it in no readable form', async () => {
    const vault = vaultOn('linux')

    const kept = await vault.protect(SECRET)
    const revealed = kept.ok ? await vault.reveal(kept.value) : kept

    expect(revealed).toEqual({ ok: true, value: { secret: SECRET, renewed: null } })
    expect(JSON.stringify(kept)).not.toContain(SECRET)
  })

  it.each([
    ['v11', 'system'],
    ['v12', 'system'],
    ['v10', 'memory'],
    ['v99', 'memory'],
  ] as const)('on Linux with the tag %s puts secrets in: %s', async (tag, place) => {
    safeStorage.tag = tag

    expect(await vaultOn('linux').place()).toBe(place)
  })

  it.each(['darwin', 'win32'] as const)(
    'on %s trusts the tag v10, which is the system key store there',
    async (platform) => {
      safeStorage.tag = 'v10'

      expect(await vaultOn(platform).place()).toBe('system')
    },
  )

  it('has no place while encryption is not available', async () => {
    safeStorage.isAvailable = false

    expect(await vaultOn('darwin').place()).toBe('memory')
  })

  it('finds its place once the key ring is unlocked', async () => {
    const vault = vaultOn('linux')
    safeStorage.isLocked = true
    expect(await vault.place()).toBe('memory')

    safeStorage.isLocked = false

    expect(await vault.place()).toBe('system')
  })

  it('does not keep the window waiting for a password, and finds its place after it', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { promise, resolve: unlock } = Promise.withResolvers<void>()
    safeStorage.unlocking = promise
    const vault = vaultOn('linux')
    const place = vault.place()
    const kept = vault.protect(SECRET)

    await vi.advanceTimersByTimeAsync(3000)
    expect(await place).toBe('memory')
    unlock()

    expect(await vault.place()).toBe('system')
    expect(await kept).toMatchObject({ ok: true })
  })

  it('keeps nothing under the hard-coded key when the key ring went away', async () => {
    const vault = vaultOn('linux')
    await vault.place()
    safeStorage.tag = 'v10'

    expect(await vault.protect(SECRET)).toEqual(unavailable)
    expect(await vault.place()).toBe('memory')
  })

  it('says that the key ring is locked, and opens when it no longer is', async () => {
    const vault = vaultOn('linux')
    const kept = await vault.protect(SECRET)
    const value = kept.ok ? kept.value : ''
    safeStorage.isLocked = true
    expect(await vault.reveal(value)).toEqual(unavailable)
    expect(await vault.protect(SECRET)).toEqual(unavailable)

    safeStorage.isLocked = false

    expect(await vault.reveal(value)).toMatchObject({ ok: true, value: { secret: SECRET } })
  })

  it('seals anew what the system says is sealed by an old key', async () => {
    const vault = vaultOn('linux')
    const kept = await vault.protect(SECRET)
    safeStorage.shouldReEncrypt = true
    safeStorage.tag = 'v12'

    const revealed = await vault.reveal(kept.ok ? kept.value : '')

    const renewed = revealed.ok ? (revealed.value.renewed ?? '') : ''
    safeStorage.shouldReEncrypt = false
    expect(renewed).not.toBe(kept.ok && kept.value)
    expect(await vault.reveal(renewed)).toEqual({
      ok: true,
      value: { secret: SECRET, renewed: null },
    })
  })

  it('cannot open what another vault kept', async () => {
    expect(await vaultOn('linux').reveal('file:7')).toEqual(unavailable)
  })
})
