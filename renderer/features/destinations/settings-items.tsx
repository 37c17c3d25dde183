import { Download, Upload } from 'lucide-react'
import { MenuItem } from '../../design/menu.tsx'
import type { CarrySettings } from './use-carry-settings.ts'

/** What a menu offers for all destinations together. */
export function SettingsItems({ carry }: { readonly carry: CarrySettings }) {
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
    </>
  )
}
