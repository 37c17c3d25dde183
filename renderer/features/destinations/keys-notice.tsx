import type { Destination } from '../../../electron/contract/destination.ts'
import type { DestinationField } from '../../../electron/contract/failure.ts'
import { Button } from '../../design/button.tsx'
import { Notice } from '../../design/notice.tsx'
import { fieldToMend } from '../failure-field.ts'
import { ACTION_LABELS } from '../failure-text.ts'

/** After a restart, when the keys were kept only while Ferry ran. */
export function KeysNotice({
  destination,
  onEdit,
}: {
  readonly destination: Destination
  readonly onEdit: (destination: Destination, field: DestinationField | null) => void
}) {
  if (destination.hasSecret) return null
  return (
    <Notice
      tone="warn"
      title={`${destination.name} needs its keys.`}
      action={
        <Button tone="primary" onClick={() => onEdit(destination, fieldToMend('secret-missing'))}>
          {ACTION_LABELS['enter-keys']}
        </Button>
      }
    >
      <p>They were kept only while Ferry ran. Enter them again and its uploads go on.</p>
    </Notice>
  )
}
