import { Check, ClipboardList, Download, Upload } from 'lucide-react'
import { MenuCheckboxItem, MenuItem, MenuSeparator } from '../../design/menu.tsx'
import { useServices } from '../services/services.tsx'
import { useCopyDiagnostics } from '../services/use-copy-diagnostics.ts'
import { useUpdates } from '../services/use-updates.ts'
import type { SettingsTransfer } from './use-carry-settings.ts'

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

/** Not there in a browser, and in builds that have no updates. */
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
      Look for new versions once a day
    </MenuCheckboxItem>
  )
}
