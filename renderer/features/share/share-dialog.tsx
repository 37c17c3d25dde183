import './share-dialog.css'
import { useId, useRef, useState } from 'react'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import type { ShareLink } from '../../../electron/contract/commands/links.ts'
import type { UploadRecord } from '../../../electron/contract/commands/uploads.ts'
import { useAppState, useServices } from '../../app/services.tsx'
import { Button } from '../../design/button.tsx'
import { Dialog } from '../../design/dialog.tsx'
import { formatMoment } from '../../design/format.ts'
import { CopyButton, useRenewLink } from './copy-link.tsx'

/** Shows the link, what it grants, and how long it works. */
export function ShareDialog({
  isOpen,
  onClose,
  record,
  link,
}: {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly record: UploadRecord
  readonly link: ShareLink
}) {
  const { destinations } = useAppState()
  const destination = destinations.find((each) => each.destinationId === record.destinationId)
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={
        <>
          Share <bdi>{record.name}</bdi>
        </>
      }
    >
      <LinkField record={record} link={link} />
      <p className="share-truth">{shareNote(link, destination)}</p>
      <LifetimeChooser record={record} destination={destination} />
    </Dialog>
  )
}

function shareNote(link: ShareLink, destination: Destination | undefined): string {
  const until = formatMoment(link.expiresAtMs, Date.now())
  if (destination?.kind === 'local') {
    return `This link works on this computer only, while Ferry runs, until ${until}.`
  }
  return `Anyone with this link can download the file until ${until}; the only way to revoke it is to delete the file.`
}

function LinkField({ record, link }: { readonly record: UploadRecord; readonly link: ShareLink }) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [isRefused, setIsRefused] = useState(false)
  const onRefused = () => {
    setIsRefused(true)
    input.current?.select()
  }
  return (
    <div className="share-link">
      <label htmlFor={id} className="visually-hidden">
        Share link
      </label>
      <input
        ref={input}
        id={id}
        className="field-input mono"
        readOnly
        value={link.url}
        onFocus={({ target }) => target.select()}
      />
      <CopyButton record={record} link={link} onRefused={onRefused} />
      {isRefused && (
        <p role="alert" className="field-problem share-refused">
          The browser did not let Ferry copy. The link is selected: copy it with the keyboard.
        </p>
      )}
    </div>
  )
}

function LifetimeChooser({
  record,
  destination,
}: {
  readonly record: UploadRecord
  readonly destination: Destination | undefined
}) {
  const { commands, appState } = useServices()
  const renew = useRenewLink()
  const usual = destination?.linkSeconds ?? LINK_LIFETIMES[1].seconds
  const [seconds, setSeconds] = useState<number>(usual)
  const [isMaking, setIsMaking] = useState(false)
  const [isMade, setIsMade] = useState(false)
  const make = async () => {
    setIsMaking(true)
    const link = await renew(record, seconds)
    if (link !== null && destination !== undefined && seconds !== usual) {
      const { destinationId } = destination
      const kept = await commands.setLinkLife({ destinationId, linkSeconds: seconds })
      if (kept.ok) await appState.refresh()
    }
    setIsMade(link !== null)
    setIsMaking(false)
  }
  return (
    <fieldset className="share-life">
      <legend className="field-label">A new link works for</legend>
      <div className="share-lives">
        {LINK_LIFETIMES.map((life) => (
          <label key={life.seconds} className="share-life-choice">
            <input
              type="radio"
              name={`life-${record.uploadId}`}
              checked={seconds === life.seconds}
              onChange={() => setSeconds(life.seconds)}
            />
            {life.label}
          </label>
        ))}
      </div>
      <div className="share-make">
        <Button disabled={isMaking} onClick={() => void make()}>
          Make a new link
        </Button>
        <span role="status" className="field-hint">
          {isMade && 'Here it is. Earlier links work until they expire.'}
        </span>
      </div>
      <p className="field-hint">
        {destination === undefined
          ? null
          : `Later links to ${destination.name} will work for the time you choose here.`}
      </p>
    </fieldset>
  )
}

/** The lifetimes that a new link can have, in seconds. S3 signs at most seven days. */
const LINK_LIFETIMES = [
  { seconds: 3600, label: '1 hour' },
  { seconds: 86_400, label: '24 hours' },
  { seconds: 259_200, label: '3 days' },
  { seconds: 604_800, label: '7 days' },
] as const
