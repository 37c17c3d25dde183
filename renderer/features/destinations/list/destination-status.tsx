import { KeyRound } from 'lucide-react'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import { providerOf } from '../../../../electron/contract/providers/lookup.ts'
import { formatDuration } from '../../../design/format.ts'
import { useNow } from '../../../design/use-now.ts'

/** Beside a destination's name: its store, or a problem with its keys. */
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

const MINUTE_MS = 60_000
const SOON_MS = 60 * MINUTE_MS

interface StatusNote {
  readonly text: string
  /** Keys are missing, or expire soon. */
  readonly isWarning: boolean
}

export function statusNoteOf(destination: Destination, nowMs: number): StatusNote | null {
  if (!destination.hasSecret) return { text: 'Keys missing', isWarning: true }
  const { credentials, keysExpireAtMs, kind, provider } = destination
  const leftMs = keysExpireAtMs === null ? Number.POSITIVE_INFINITY : keysExpireAtMs - nowMs
  if (leftMs > 0 && leftMs <= SOON_MS) {
    const leftText = formatDuration(Math.ceil(leftMs / MINUTE_MS) * MINUTE_MS)
    return { text: `Expires in ${leftText}`, isWarning: true }
  }
  // Ferry renews other expired keys without the user.
  if (leftMs <= 0 && credentials.kind === 'sso') return { text: 'Sign in', isWarning: true }
  return kind === 'local' ? null : { text: providerOf(provider).shortLabel, isWarning: false }
}
