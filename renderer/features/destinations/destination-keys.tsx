import { useEffect, useState } from 'react'
import { isDialogOpen } from '../../design/is-dialog-open.ts'
import { useServices } from '../services/services.tsx'
import { pressedIndex } from './shortcut.ts'
import { useSelectDestination } from './use-select.ts'

/** Ctrl+1 to Ctrl+9 anywhere in the window, and what a screen reader says of it. */
export function DestinationShortcuts() {
  const { appState } = useServices()
  const select = useSelectDestination()
  const [said, setSaid] = useState('')
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { host, destinations } = appState.snapshot()
      const place = pressedIndex(event, host.platform)
      if (place === null) return
      // A browser would change its tab.
      event.preventDefault()
      const meant = destinations[place]
      if (meant === undefined || isDialogOpen()) return
      void select(meant.destinationId).then((isDone) => {
        if (isDone) setSaid(`Files go to ${meant.name} now.`)
      })
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [appState, select])
  return (
    <p role="status" className="visually-hidden">
      {said}
    </p>
  )
}
