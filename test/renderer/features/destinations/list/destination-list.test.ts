import { describe, expect, it } from 'vitest'
import { initialOf } from '../../../../../renderer/design/destination-mark.tsx'
import { statusNoteOf } from '../../../../../renderer/features/destinations/list/destination-status.tsx'
import {
  pressedIndex,
  shortcutOf,
} from '../../../../../renderer/features/destinations/list/select-destination.tsx'
import { aDestination, localDestination } from '../../../../fakes/fake-world.ts'

describe('the initial of a destination', () => {
  it.each([
    ['photos', 'P'],
    [' (old) backups', 'O'],
    ['2026', '2'],
    ['éclair', 'É'],
    ['ßtraße', 'ß'],
    ['👩‍👩‍👧 family', 'F'],
    ['👩‍👩‍👧', '👩‍👩‍👧'],
    ['写真', '写'],
  ])('of “%s” is %s', (name, initial) => {
    expect(initialOf(name)).toBe(initial)
  })
})

describe('the status beside a name', () => {
  const nowMs = 1_000_000_000_000
  const sso = {
    kind: 'sso',
    startUrl: 'https://acme.awsapps.com/start',
    ssoRegion: 'eu-central-1',
    accountId: '1',
    roleName: 'Uploader',
  } as const
  const profile = { kind: 'profile', profile: 'work' } as const

  it.each([
    ['the store', {}, 'AWS'],
    ['missing keys before all', { hasSecret: false, keysExpireAtMs: nowMs }, 'Keys missing'],
    ['keys that expire soon', { keysExpireAtMs: nowMs + 19.2 * 60_000 }, 'Expires in 20 min'],
    ['no end that is far', { keysExpireAtMs: nowMs + 61 * 60_000 }, 'AWS'],
    ['a sign-in that ended', { credentials: sso, keysExpireAtMs: nowMs - 1 }, 'Sign in'],
    ['nothing of keys that renew themselves', { credentials: profile, keysExpireAtMs: 1 }, 'AWS'],
  ])('is %s', (_, changes, text) => {
    expect(statusNoteOf(aDestination(changes), nowMs)?.text).toBe(text)
  })

  it('is nothing for the bucket on this computer', () => {
    expect(statusNoteOf(localDestination(), nowMs)).toBe(null)
  })
})

describe('the shortcuts', () => {
  const press = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }

  it('are Ctrl and a digit, and ⌘ on a Mac', () => {
    expect(pressedIndex({ ...press, code: 'Digit3', ctrlKey: true }, 'linux')).toBe(2)
    expect(pressedIndex({ ...press, code: 'Numpad1', ctrlKey: true }, 'windows')).toBe(0)
    expect(pressedIndex({ ...press, code: 'Digit9', metaKey: true }, 'macos')).toBe(8)
  })

  it('are no other keys', () => {
    const others = [
      { ...press, code: 'Digit3' },
      { ...press, code: 'Digit0', ctrlKey: true },
      { ...press, code: 'KeyA', ctrlKey: true },
      { ...press, code: 'Digit3', ctrlKey: true, altKey: true },
      { ...press, code: 'Digit3', ctrlKey: true, shiftKey: true },
      { ...press, code: 'Digit3', metaKey: true },
    ]

    expect(others.map((each) => pressedIndex(each, 'linux'))).toEqual(others.map(() => null))
  })

  it('are labelled as on the platform, for the first nine', () => {
    expect(shortcutOf(0, 'linux')).toEqual({ label: 'Ctrl+1', keys: 'Control+1' })
    expect(shortcutOf(8, 'macos')).toEqual({ label: '⌘9', keys: 'Meta+9' })
    expect(shortcutOf(9, 'linux')).toBe(null)
  })
})
