import { Popover } from '@base-ui/react/popover'
import type { ReactNode } from 'react'
import './details.css'
import './popup.css'

/**
 * Words within a sentence that explain themselves on demand: when they are pointed at, pressed, or
 * reached by keyboard. A screen reader hears `hint` after the words themselves.
 */
export function Details({
  words,
  hint,
  title,
  children,
}: {
  readonly words: string
  readonly hint: string
  readonly title: string
  readonly children: ReactNode
}) {
  return (
    <Popover.Root>
      <Popover.Trigger className="details-words" aria-label={`${words}: ${hint}`} openOnHover>
        {words}
      </Popover.Trigger>
      <DetailsPopup title={title}>{children}</DetailsPopup>
    </Popover.Root>
  )
}

/** The same for what is worth a press only: it may hold buttons. `label`: for screen readers. */
export function DetailsButton({
  label,
  title,
  children,
}: {
  readonly label: string
  readonly title: string
  readonly children: ReactNode
}) {
  return (
    <Popover.Root>
      <Popover.Trigger className="details-words details-press" aria-label={label}>
        Details
      </Popover.Trigger>
      <DetailsPopup title={title}>{children}</DetailsPopup>
    </Popover.Root>
  )
}

function DetailsPopup({
  title,
  children,
}: {
  readonly title: string
  readonly children: ReactNode
}) {
  return (
    <Popover.Portal>
      <Popover.Positioner className="popup-layer" sideOffset={6} align="start">
        <Popover.Popup className="popup details">
          <Popover.Title className="details-title" render={<p />}>
            {title}
          </Popover.Title>
          <Popover.Description className="details-text" render={<div />}>
            {children}
          </Popover.Description>
        </Popover.Popup>
      </Popover.Positioner>
    </Popover.Portal>
  )
}
