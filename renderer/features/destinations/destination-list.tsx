import { Ellipsis, KeyRound, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Destination } from '../../../electron/contract/destination.ts'
import type { DestinationId } from '../../../electron/contract/ids.ts'
import { PROVIDERS } from '../../../electron/contract/providers.ts'
import { Brand } from '../../design/brand.tsx'
import { IconButton } from '../../design/button.tsx'
import { Menu, MenuItem } from '../../design/menu.tsx'
import { useSession } from '../services/services.tsx'
import { ForgetDialog } from './forget-dialog.tsx'
import { useSelect } from './use-select.ts'
import './destination-list.css'

/** The side of a wide window: where files can go. */
export function DestinationList({
  onConnect,
  onEdit,
}: {
  readonly onConnect: () => void
  readonly onEdit: (destination: Destination) => void
}) {
  const { destinations, selected } = useSession()
  const [forgetting, setForgetting] = useState<Destination | null>(null)
  return (
    <aside className="side">
      <div className="side-brand">
        <Brand />
      </div>
      <nav aria-label="Destinations" className="side-nav">
        <h2 className="side-title">Destinations</h2>
        <ul>
          {destinations.map((destination) => (
            <Item
              key={destination.destinationId}
              destination={destination}
              isSelected={destination.destinationId === selected?.destinationId}
              onEdit={() => onEdit(destination)}
              onForget={() => setForgetting(destination)}
            />
          ))}
        </ul>
        <button type="button" className="side-item side-connect" onClick={onConnect}>
          <Plus size={15} aria-hidden="true" />
          Connect a bucket
        </button>
      </nav>
      <footer className="side-foot">
        <p>Keys stay on this computer.</p>
        <p>Files go straight to the bucket.</p>
      </footer>
      <ForgetDialog destination={forgetting} onClose={() => setForgetting(null)} />
    </aside>
  )
}

function Item({
  destination,
  isSelected,
  onEdit,
  onForget,
}: {
  readonly destination: Destination
  readonly isSelected: boolean
  readonly onEdit: () => void
  readonly onForget: () => void
}) {
  const select = useSelect()
  return (
    <li className="side-row">
      <button
        type="button"
        className="side-item"
        aria-current={isSelected ? 'true' : undefined}
        onClick={() => select(destination.destinationId)}
      >
        <DestinationDot destinationId={destination.destinationId} />
        <span className="side-name" title={destination.name}>
          {destination.name}
        </span>
        <DestinationAside destination={destination} />
      </button>
      <Menu
        trigger={
          <IconButton label={`More about ${destination.name}`} className="side-more">
            <Ellipsis size={16} />
          </IconButton>
        }
      >
        {destination.kind === 's3' && (
          <MenuItem icon={<Pencil size={15} aria-hidden="true" />} onSelect={onEdit}>
            Edit connection
          </MenuItem>
        )}
        <MenuItem icon={<Trash2 size={15} aria-hidden="true" />} onSelect={onForget}>
          Forget…
        </MenuItem>
      </Menu>
    </li>
  )
}

function DestinationAside({ destination }: { readonly destination: Destination }) {
  if (!destination.hasSecret) {
    return (
      <span className="side-aside side-locked">
        <KeyRound size={12} aria-hidden="true" />
        Needs keys
      </span>
    )
  }
  if (destination.kind === 'local') return null
  return <span className="side-aside">{SHORT_NAMES.get(destination.provider)}</span>
}

const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ...PROVIDERS.map(({ id, label }) => [id, label] as const),
  ['aws', 'AWS'],
  ['r2', 'R2'],
  ['b2', 'B2'],
  ['spaces', 'Spaces'],
  ['other', 'S3'],
])

const DOT_COUNT = 6

/** The same colour for the same destination at every start. */
export function DestinationDot({ destinationId }: { readonly destinationId: DestinationId }) {
  const dot = Number.parseInt(destinationId.slice(0, 4), 16) % DOT_COUNT
  return <span className={`dot dot-${dot}`} aria-hidden="true" />
}
