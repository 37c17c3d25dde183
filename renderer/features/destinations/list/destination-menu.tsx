import { Check, ChevronDown, Plus } from 'lucide-react'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import { DestinationId } from '../../../../electron/contract/ids.ts'
import { useAppState } from '../../../app/services.tsx'
import { BrandMark } from '../../../design/brand.tsx'
import { Button } from '../../../design/button.tsx'
import { DestinationMark } from '../../../design/destination-mark.tsx'
import { Isolated } from '../../../design/isolated.tsx'
import {
  Menu,
  MenuItem,
  MenuRadioGroup,
  MenuRadioItem,
  MenuSeparator,
} from '../../../design/menu.tsx'
import type { DialogName } from '../destination-dialogs.tsx'
import { DefaultMark } from './destination-list.tsx'
import { DestinationStatus } from './destination-status.tsx'
import { DestinationItems, SettingsItems } from './menu-items.tsx'
import { shortcutOf, useSelectDestination } from './select-destination.tsx'
import { ImportDialog, useSettingsTransfer } from './settings-transfer.tsx'

/** Replaces the side list in a narrow window. */
export function DestinationMenu({
  onConnect,
  onOpen,
}: {
  readonly onConnect: () => void
  readonly onOpen: (name: DialogName, destination: Destination) => void
}) {
  const { selected } = useAppState()
  const carry = useSettingsTransfer()
  return (
    <nav className="top" aria-label="Destinations">
      <BrandMark />
      <Menu
        align="start"
        trigger={
          <Button className="top-button">
            {selected !== null && <DestinationMark {...selected} />}
            <span className="side-name">{selected?.name ?? 'Destinations'}</span>
            <ChevronDown size={15} aria-hidden="true" />
          </Button>
        }
      >
        <Choice />
        <MenuSeparator />
        <MenuItem icon={<Plus size={15} aria-hidden="true" />} onSelect={onConnect}>
          Connect a bucket
        </MenuItem>
        <SettingsItems carry={carry} />
        {selected !== null && (
          <>
            <MenuSeparator />
            <DestinationItems destination={selected} onOpen={onOpen} />
          </>
        )}
      </Menu>
      <ImportDialog carry={carry} />
    </nav>
  )
}

function Choice() {
  const { host, destinations, selected, defaultId } = useAppState()
  const select = useSelectDestination()
  return (
    <MenuRadioGroup
      value={selected?.destinationId ?? null}
      onValueChange={(value) => void select(DestinationId.parse(value))}
    >
      {destinations.map((destination, index) => (
        <MenuRadioItem
          key={destination.destinationId}
          value={destination.destinationId}
          mark={<Check size={15} aria-hidden="true" />}
        >
          <DestinationMark {...destination} />
          <span className="side-name">
            <Isolated text={destination.name} />
          </span>
          {destination.destinationId === defaultId && <DefaultMark />}
          <DestinationStatus destination={destination} />
          <span className="side-keys" aria-hidden="true">
            {shortcutOf(index, host.platform)?.label}
          </span>
        </MenuRadioItem>
      ))}
    </MenuRadioGroup>
  )
}
