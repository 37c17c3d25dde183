import { Ellipsis, Plus, Star } from 'lucide-react'
import type { KeyboardEvent } from 'react'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import { useAppState } from '../../../app/services.tsx'
import { Brand } from '../../../design/brand.tsx'
import { IconButton } from '../../../design/button.tsx'
import { DestinationMark } from '../../../design/destination-mark.tsx'
import { Menu } from '../../../design/menu.tsx'
import type { DialogName } from '../destination-dialogs.tsx'
import { DestinationStatus } from './destination-status.tsx'
import { DestinationItems, SettingsItems } from './menu-items.tsx'
import { shortcutOf, useSelectDestination } from './select-destination.tsx'
import { ImportDialog, useSettingsTransfer } from './settings-transfer.tsx'
import './destination-list.css'
import { Isolated } from '../../../design/isolated.tsx'

type OnOpen = (name: DialogName, destination: Destination) => void

/** The side bar of a wide window: one radio button per destination. */
export function DestinationList({
  onConnect,
  onOpen,
}: {
  readonly onConnect: () => void
  readonly onOpen: OnOpen
}) {
  const { destinations } = useAppState()
  return (
    <aside className="side">
      <div className="side-brand">
        <Brand />
      </div>
      <nav aria-label="Destinations" className="side-nav">
        <h2 className="side-title">Destinations</h2>
        <ul onKeyDown={goToEnds}>
          {destinations.map((destination, index) => (
            <Item
              key={destination.destinationId}
              destination={destination}
              index={index}
              onOpen={onOpen}
            />
          ))}
        </ul>
        <button type="button" className="side-item side-connect" onClick={onConnect}>
          <Plus size={15} aria-hidden="true" />
          Connect a bucket
        </button>
      </nav>
      <Foot />
    </aside>
  )
}

/** Browsers handle the arrow keys of radio buttons, but not Home and End. */
function goToEnds(event: KeyboardEvent<HTMLElement>): void {
  const radios = [...event.currentTarget.querySelectorAll<HTMLInputElement>('input[type=radio]')]
  if (!radios.some((each) => each === event.target)) return
  const end = event.key === 'Home' ? radios[0] : event.key === 'End' ? radios.at(-1) : undefined
  if (end === undefined) return
  event.preventDefault()
  end.focus()
  end.click()
}

function Item({
  destination,
  index,
  onOpen,
}: {
  readonly destination: Destination
  readonly index: number
  readonly onOpen: OnOpen
}) {
  const { host, selected, defaultId } = useAppState()
  const select = useSelectDestination()
  const { destinationId, name, color } = destination
  const shortcut = shortcutOf(index, host.platform)
  return (
    <li className="side-row">
      <label className="side-item" title={shortcut === null ? name : `${name} (${shortcut.label})`}>
        <input
          type="radio"
          name="destination"
          className="visually-hidden"
          aria-keyshortcuts={shortcut?.keys}
          checked={destinationId === selected?.destinationId}
          onChange={() => void select(destinationId)}
        />
        <DestinationMark name={name} color={color} />
        <span className="side-name">
          <Isolated text={name} />
        </span>
        {destinationId === defaultId && <DefaultMark />}
        <DestinationStatus destination={destination} />
      </label>
      <Menu
        trigger={
          <IconButton label={`More about ${name}`} className="side-more">
            <Ellipsis size={16} />
          </IconButton>
        }
      >
        <DestinationItems destination={destination} onOpen={onOpen} />
      </Menu>
    </li>
  )
}

export function DefaultMark() {
  return (
    <span className="side-default" title="Ferry starts with this destination">
      <Star size={12} aria-hidden="true" />
      <span className="visually-hidden">(default)</span>
    </span>
  )
}

function Foot() {
  const carry = useSettingsTransfer()
  return (
    <footer className="side-foot">
      <div>
        <p>Keys stay on this computer.</p>
        <p>Files go straight to the bucket.</p>
      </div>
      <Menu
        trigger={
          <IconButton label="More about all destinations">
            <Ellipsis size={16} />
          </IconButton>
        }
      >
        <SettingsItems carry={carry} />
      </Menu>
      <ImportDialog carry={carry} />
    </footer>
  )
}
