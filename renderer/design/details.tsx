import { Popover } from '@base-ui/react/popover'
import type { ReactNode } from 'react'
import './details.css'
import './popup.css'

/**
 * Words within a sentence that explain themselves when they are hovered over, pressed or focused. A
 * screen reader says `hint` after the words.
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

/** Details that open only when pressed, and may contain buttons. `label`: for screen readers. */
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
