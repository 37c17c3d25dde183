import { KeyRound } from 'lucide-react'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import { useNow } from '../../design/use-now.ts'
import { statusNoteOf } from './aside-text.ts'

/** Beside a destination's name: whose store it is, or what is the matter with its keys. */
export function DestinationStatus({ destination }: { readonly destination: Destination }) {
  const aside = statusNoteOf(destination, useNow(30_000))
  if (aside === null) return null
  if (!aside.isWarning) return <span className="side-aside">{aside.text}</span>
  return (
    <span className="side-aside side-locked">
      <KeyRound size={12} aria-hidden="true" />
      {aside.text}
    </span>
  )
}
