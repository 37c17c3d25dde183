import type { Destination } from '../../../../electron/contract/commands/destinations.ts'
import type { DestinationField } from '../../../../electron/contract/destination-draft.ts'
import { Button } from '../../../design/button.tsx'
import { Notice } from '../../../design/notice.tsx'
import { ACTION_LABELS, fieldToFix } from '../../../failures/failure-text.ts'

/** Appears after a restart without stored keys, and after an import of settings. */
export function MissingKeysNotice({
  destination,
  onEdit,
}: {
  readonly destination: Destination
  readonly onEdit: (destination: Destination, field: DestinationField | null) => void
}) {
  if (destination.hasSecret) return null
  const { credentials } = destination
  const isCarriedOver = credentials.kind === 'keys' && credentials.accessKeyId === ''
  return (
    <Notice
      tone="warn"
      title={`${destination.name} needs its keys.`}
      action={
        <Button
          tone="primary"
          onClick={() =>
            onEdit(destination, isCarriedOver ? 'accessKeyId' : fieldToFix('secret-missing'))
          }
        >
          {ACTION_LABELS['enter-keys']}
        </Button>
      }
    >
      <p>
        {isCarriedOver
          ? 'Imported settings contain no keys. Enter them to upload there.'
          : 'They were kept only while Ferry ran. Enter them again to continue its uploads.'}
      </p>
    </Notice>
  )
}
