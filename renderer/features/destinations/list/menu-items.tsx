import {
  Check,
  ClipboardList,
  Copy,
  Download,
  KeyRound,
  ListChecks,
  Palette,
  Pencil,
  ScrollText,
  SlidersHorizontal,
  Star,
  StarOff,
  Trash2,
  Upload,
} from 'lucide-react'
import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import { useCopyDiagnostics, useUpdates } from '../../../app/host-hooks.ts'
import { useAppState, useServices } from '../../../app/services.tsx'
import { MenuCheckboxItem, MenuItem, MenuSeparator } from '../../../design/menu.tsx'
import { useToasts } from '../../../design/toasts.tsx'
import { failureSentence } from '../../../failures/failure-text.ts'
import type { DialogName } from '../destination-dialogs.tsx'
import type { SettingsTransfer } from './settings-transfer.tsx'

const ICON = { size: 15, 'aria-hidden': true } as const

/** The menu of one destination. The bucket on this computer has no connection to edit. */
export function DestinationItems({
  destination,
  onOpen,
}: {
  readonly destination: Destination
  readonly onOpen: (name: DialogName, destination: Destination) => void
}) {
  const open = (name: DialogName) => () => onOpen(name, destination)
  const isRemote = destination.kind === 's3'
  return (
    <>
      <DefaultItem destination={destination} />
      <MenuItem icon={<Palette {...ICON} />} onSelect={open('appearance')}>
        Rename and colour…
      </MenuItem>
      {isRemote && <DuplicateItem destination={destination} />}
      <MenuSeparator />
      <MenuItem icon={<SlidersHorizontal {...ICON} />} onSelect={open('rules')}>
        Rules…
      </MenuItem>
      {isRemote && (
        <>
          <MenuItem icon={<ListChecks {...ICON} />} onSelect={open('check')}>
            Check connection
          </MenuItem>
          <MenuItem icon={<Pencil {...ICON} />} onSelect={open('edit')}>
            Edit connection
          </MenuItem>
          {destination.credentials.kind !== 'keys' && (
            <MenuItem icon={<KeyRound {...ICON} />} onSelect={open('sign-in')}>
              Sign in…
            </MenuItem>
          )}
          <MenuItem icon={<ScrollText {...ICON} />} onSelect={open('policies')}>
            Policies…
          </MenuItem>
        </>
      )}
      <MenuSeparator />
      <MenuItem icon={<Trash2 {...ICON} />} onSelect={open('forget')}>
        Forget…
      </MenuItem>
    </>
  )
}

function DefaultItem({ destination: { destinationId, name } }: Readonly<ItemProps>) {
  const { commands, appState } = useServices()
  const { defaultId } = useAppState()
  const { say } = useToasts()
  const isDefault = defaultId === destinationId
  const toggle = async () => {
    const next = isDefault ? null : destinationId
    const answer = await commands.setDefaultDestination({ destinationId: next })
    if (!answer.ok) return say(failureSentence(answer.failure))
    await appState.refresh()
    if (isDefault) say('Ferry will start with the destination you used last.')
    else say(`Ferry starts with ${name} from now on.`)
  }
  return (
    <MenuItem
      icon={isDefault ? <StarOff {...ICON} /> : <Star {...ICON} />}
      onSelect={() => void toggle()}
    >
      {isDefault ? 'No longer default' : 'Make default'}
    </MenuItem>
  )
}

function DuplicateItem({ destination }: Readonly<ItemProps>) {
  const { commands, appState } = useServices()
  const { say } = useToasts()
  const duplicate = async () => {
    const { destinationId } = destination
    const answer = await commands.duplicateDestination({ destinationId })
    if (!answer.ok) return say(failureSentence(answer.failure))
    await appState.refresh()
    say(
      `${answer.value.name} was added.`,
      'It has the same keys and rules, and files now go there.',
    )
  }
  return (
    <MenuItem icon={<Copy {...ICON} />} onSelect={() => void duplicate()}>
      Duplicate
    </MenuItem>
  )
}

interface ItemProps {
  readonly destination: Destination
}

/** The menu items for all destinations together, and for Ferry itself. */
export function SettingsItems({ carry }: { readonly carry: SettingsTransfer }) {
  const copyDiagnostics = useCopyDiagnostics()
  return (
    <>
      <MenuItem
        icon={<Download size={15} aria-hidden="true" />}
        onSelect={() => void carry.exportSettings()}
      >
        Export settings…
      </MenuItem>
      <MenuItem icon={<Upload size={15} aria-hidden="true" />} onSelect={carry.chooseFile}>
        Import settings…
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<ClipboardList size={15} aria-hidden="true" />} onSelect={copyDiagnostics}>
        Copy diagnostics
      </MenuItem>
      <UpdateCheckItem />
    </>
  )
}

/** Absent in a browser, and in builds without updates. */
function UpdateCheckItem() {
  const { commands } = useServices()
  const updates = useUpdates()
  if (updates === null) return null
  return (
    <MenuCheckboxItem
      isOn={updates.checks === 'daily'}
      mark={<Check size={15} aria-hidden="true" />}
      onChange={(isAllowed) => void commands.allowUpdateChecks({ isAllowed })}
    >
      Check for new versions once a day
    </MenuCheckboxItem>
  )
}
