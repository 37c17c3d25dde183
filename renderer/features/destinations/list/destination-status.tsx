import { KeyRound } from 'lucide-react'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import { providerOf } from '../../../../electron/contract/providers/lookup.ts'
import { formatDuration } from '../../../design/format.ts'
import { useNow } from '../../../design/use-now.ts'

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

const MINUTE_MS = 60_000
/** Sooner than that, and it is worth a word beside the name. */
const SOON_MS = 60 * MINUTE_MS

export interface StatusNote {
  readonly text: string
  /** Something is missing, or will be soon. */
  readonly isWarning: boolean
}

/** What a destination says beside its name; null: nothing that its name does not. */
export function statusNoteOf(destination: Destination, nowMs: number): StatusNote | null {
  if (!destination.hasSecret) return { text: 'Keys missing', isWarning: true }
  const { credentials, keysExpireAtMs, kind, provider } = destination
  const leftMs = keysExpireAtMs === null ? Number.POSITIVE_INFINITY : keysExpireAtMs - nowMs
  if (leftMs > 0 && leftMs <= SOON_MS) {
    const leftText = formatDuration(Math.ceil(leftMs / MINUTE_MS) * MINUTE_MS)
    return { text: `Expires in ${leftText}`, isWarning: true }
  }
  // Other keys that ended are fetched anew without the person.
  if (leftMs <= 0 && credentials.kind === 'sso') return { text: 'Sign in', isWarning: true }
  return kind === 'local' ? null : { text: providerOf(provider).shortLabel, isWarning: false }
}
