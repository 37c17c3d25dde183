import { useEffect, useState } from 'react'
import type { HostDescription } from '../../../../electron/contract/commands/host.ts'
import type { Failure } from '../../../../electron/contract/failure/kinds.ts'
import type { DestinationId } from '../../../../electron/contract/ids.ts'
import type { AppState } from '../../../app/app-state.ts'
import { useServices } from '../../../app/services.tsx'
import { isDialogOpen } from '../../../design/dialog.tsx'
import { useToasts } from '../../../design/toasts.tsx'
import { failureSentence } from '../../../failures/failure-text.ts'

/** Resolves with whether it is selected now; if not, a toast says why. */
export function useSelectDestination(): (destinationId: DestinationId) => Promise<boolean> {
  const { appState } = useServices()
  const { say } = useToasts()
  return async (destinationId) => {
    const failure = await selectInOrder(appState, destinationId)
    if (failure !== null) say(failureSentence(failure))
    return failure === null
  }
}

/** Requests to the host can overtake each other, and the last one must win. */
const lastRequest = new WeakMap<AppState, Promise<unknown>>()

function selectInOrder(session: AppState, destinationId: DestinationId): Promise<Failure | null> {
  const select = () => session.select(destinationId)
  const request = (lastRequest.get(session) ?? Promise.resolve()).then(select, select)
  lastRequest.set(session, request)
  return request
}

type Platform = HostDescription['platform']

interface Shortcut {
  /** Shown to users: Ctrl+1, ⌘1. */
  readonly label: string
  /** In the syntax of `aria-keyshortcuts`. */
  readonly keys: string
}

const MAX_SHORTCUTS = 9

/** Null: destinations after the ninth have none. */
export function shortcutOf(index: number, platform: Platform): Shortcut | null {
  const digit = index + 1
  if (digit > MAX_SHORTCUTS) return null
  return platform === 'macos'
    ? { label: `⌘${digit}`, keys: `Meta+${digit}` }
    : { label: `Ctrl+${digit}`, keys: `Control+${digit}` }
}

type Press = Pick<KeyboardEvent, 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/** Goes by the key's position, since digits need Shift on AZERTY. Null: another key. */
export function pressedIndex(press: Press, platform: Platform): number | null {
  const isMac = platform === 'macos'
  const isHeld = isMac ? press.metaKey && !press.ctrlKey : press.ctrlKey && !press.metaKey
  if (!isHeld || press.altKey || press.shiftKey) return null
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(press.code)?.[1]
  return digit === undefined ? null : Number(digit) - 1
}

/** Selects with Ctrl+1 to Ctrl+9 anywhere in the window, and tells screen readers. */
export function DestinationShortcuts() {
  const { appState } = useServices()
  const select = useSelectDestination()
  const [announcement, announce] = useState('')
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { host, destinations } = appState.snapshot()
      const index = pressedIndex(event, host.platform)
      if (index === null) return
      // Browsers would switch tabs.
      event.preventDefault()
      const pressed = destinations[index]
      if (pressed === undefined || isDialogOpen()) return
      void select(pressed.destinationId).then((isDone) => {
        if (isDone) announce(`Files now go to ${pressed.name}.`)
      })
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [appState, select])
  return (
    <p role="status" className="visually-hidden">
      {announcement}
    </p>
  )
}
