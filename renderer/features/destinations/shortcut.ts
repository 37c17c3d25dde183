import type { HostDescription } from '../../../electron/contract/commands/host.ts'

type Platform = HostDescription['platform']

export interface Shortcut {
  /** As people read it: Ctrl+1, ⌘1. */
  readonly label: string
  /** As `aria-keyshortcuts` has it. */
  readonly keys: string
}

const MAX_SHORTCUTS = 9

/** Of the destination at this place of the list, counted from 0; null: it has none. */
export function shortcutOf(place: number, platform: Platform): Shortcut | null {
  const digit = place + 1
  if (digit > MAX_SHORTCUTS) return null
  return platform === 'macos'
    ? { label: `⌘${digit}`, keys: `Meta+${digit}` }
    : { label: `Ctrl+${digit}`, keys: `Control+${digit}` }
}

type Press = Pick<KeyboardEvent, 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/** The place that is meant; null: some other key. By position, since AZERTY has no bare digits. */
export function pressedIndex(press: Press, platform: Platform): number | null {
  const isMac = platform === 'macos'
  const isHeld = isMac ? press.metaKey && !press.ctrlKey : press.ctrlKey && !press.metaKey
  if (!isHeld || press.altKey || press.shiftKey) return null
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(press.code)?.[1]
  return digit === undefined ? null : Number(digit) - 1
}
