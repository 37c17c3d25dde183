import { Check, ChevronDown, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Destination } from '../../../electron/contract/destination.ts'
import { DestinationId } from '../../../electron/contract/ids.ts'
import { BrandMark } from '../../design/brand.tsx'
import { Button } from '../../design/button.tsx'
import { Menu, MenuItem, MenuRadioGroup, MenuRadioItem, MenuSeparator } from '../../design/menu.tsx'
import { useSession } from '../services/services.tsx'
import { ForgetDialog } from './forget-dialog.tsx'
import { useSelect } from './use-select.ts'

/** The same as the list at the side, for a window too narrow for one. */
export function DestinationMenu({
  onConnect,
  onEdit,
}: {
  readonly onConnect: () => void
  readonly onEdit: (destination: Destination) => void
}) {
  const { destinations, selected } = useSession()
  const select = useSelect()
  const [forgetting, setForgetting] = useState<Destination | null>(null)
  return (
    <nav className="top" aria-label="Destinations">
      <BrandMark />
      <Menu
        align="start"
        trigger={
          <Button className="top-button">
            <span className="side-name">{selected?.name ?? 'Destinations'}</span>
            <ChevronDown size={15} aria-hidden="true" />
          </Button>
        }
      >
        <MenuRadioGroup
          value={selected?.destinationId ?? null}
          onValueChange={(value) => select(DestinationId.parse(value))}
        >
          {destinations.map(({ destinationId, name }) => (
            <MenuRadioItem
              key={destinationId}
              value={destinationId}
              mark={<Check size={15} aria-hidden="true" />}
            >
              {name}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
        <MenuSeparator />
        <MenuItem icon={<Plus size={15} aria-hidden="true" />} onSelect={onConnect}>
          Connect a bucket
        </MenuItem>
        {selected?.kind === 's3' && (
          <MenuItem
            icon={<Pencil size={15} aria-hidden="true" />}
            onSelect={() => onEdit(selected)}
          >
            Edit connection
          </MenuItem>
        )}
        {selected !== null && (
          <MenuItem
            icon={<Trash2 size={15} aria-hidden="true" />}
            onSelect={() => setForgetting(selected)}
          >
            Forget {selected.name}…
          </MenuItem>
        )}
      </Menu>
      <ForgetDialog destination={forgetting} onClose={() => setForgetting(null)} />
    </nav>
  )
}
