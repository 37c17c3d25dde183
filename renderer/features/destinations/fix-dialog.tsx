import { useRef } from 'react'
import type { CheckFix } from '../../../electron/contract/commands/checks.ts'
import { Button } from '../../design/button.tsx'
import { Dialog } from '../../design/dialog.tsx'
import { type BucketFix, bucketFixText } from './fix-text.ts'

export function isBucketFix(fix: CheckFix): fix is BucketFix {
  return fix.kind === 'set-cors' || fix.kind === 'add-unfinished-rule'
}

/** Shows what will be added to the bucket, word for word, before it is. */
export function FixDialog({
  fix,
  prefix,
  onAgree,
  onClose,
}: {
  readonly fix: CheckFix | null
  readonly prefix: string
  readonly onAgree: (fix: CheckFix) => void
  readonly onClose: () => void
}) {
  // The words stay while the dialog fades out.
  const last = useRef<BucketFix | null>(null)
  if (fix !== null && isBucketFix(fix)) last.current = fix
  const shown = last.current
  if (shown === null) return null
  const { title, about, rule, kept } = bucketFixText(shown, prefix)
  return (
    <Dialog
      isOpen={fix !== null}
      onClose={onClose}
      title={title}
      description={about}
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button tone="primary" onClick={() => onAgree(shown)}>
            Add the rule
          </Button>
        </>
      }
    >
      <pre className="check-rule mono">{rule}</pre>
      <p>{kept}</p>
    </Dialog>
  )
}
