import { Button } from '../../design/button.tsx'
import { Dialog } from '../../design/dialog.tsx'
import type { SettingsTransfer } from './use-carry-settings.ts'
import './import-dialog.css'

/** Shows what a file of settings would add, by name and host, before it adds anything. */
export function ImportDialog({
  carry: { pendingImport, decide },
}: {
  readonly carry: SettingsTransfer
}) {
  if (pendingImport === null) return null
  return (
    <Dialog
      isOpen
      onClose={() => decide(false)}
      title="Add these destinations?"
      description="Keys are not taken over: you enter or choose them for each. A file from somebody else decides where your files go, so look at the hosts."
      footer={
        <>
          <Button onClick={() => decide(false)}>Cancel</Button>
          <Button tone="primary" onClick={() => decide(true)}>
            Add them
          </Button>
        </>
      }
    >
      <ul className="import-places" aria-label="Destinations in the file">
        {pendingImport.previews.map(({ name, host }, place) => (
          // The list is read from a file once and never changes.
          // biome-ignore lint/suspicious/noArrayIndexKey: two entries may say the same
          <li key={place}>
            <bdi>{name}</bdi> → <bdi>{host}</bdi>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
