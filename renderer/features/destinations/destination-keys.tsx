import { useEffect, useState } from 'react'
import { isDialogOpen } from '../../design/is-dialog-open.ts'
import { useServices } from '../services/services.tsx'
import { placeMeant } from './shortcut.ts'
import { useSelect } from './use-select.ts'

/** Ctrl+1 to Ctrl+9 anywhere in the window, and what a screen reader says of it. */
export function DestinationKeys() {
  const { session } = useServices()
  const select = useSelect()
  const [said, setSaid] = useState('')
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { host, destinations } = session.snapshot()
      const place = placeMeant(event, host.platform)
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
  }, [session, select])
  return (
    <p role="status" className="visually-hidden">
      {said}
    </p>
  )
}
