import { ClipboardList, Download, Upload } from 'lucide-react'
import { MenuItem, MenuSeparator } from '../../design/menu.tsx'
import { useCopyDiagnostics } from '../services/use-copy-diagnostics.ts'
import type { CarrySettings } from './use-carry-settings.ts'

/** What a menu offers for all destinations together, and for Ferry itself. */
export function SettingsItems({ carry }: { readonly carry: CarrySettings }) {
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
    </>
  )
}
