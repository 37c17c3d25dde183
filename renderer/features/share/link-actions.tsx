import { ExternalLink, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import type { ShareLink } from '../../../electron/contract/commands/links.ts'
import type { UploadRecord } from '../../../electron/contract/commands/uploads.ts'
import { Button, buttonClass } from '../../design/button.tsx'
import { useNow } from '../../design/use-now.ts'
import { CopyButton, useRenewLink } from './copy-link.tsx'
import { ShareDialog } from './share-dialog.tsx'

/** A finished file's link, or a button for a new one after the link has expired. */
export function LinkActions({ record }: { readonly record: UploadRecord }) {
  const nowMs = useNow(30_000)
  const { link } = record
  if (link === null || link.expiresAtMs <= nowMs) return <RenewButton record={record} />
  return <LiveLink record={record} link={link} />
}

function LiveLink({ record, link }: { readonly record: UploadRecord; readonly link: ShareLink }) {
  const [isSharing, setIsSharing] = useState(false)
  return (
    <>
      <CopyButton record={record} link={link} onRefused={() => setIsSharing(true)} />
      <a className={buttonClass('plain')} href={link.url} target="_blank" rel="noopener noreferrer">
        <ExternalLink size={15} aria-hidden="true" />
        Open link
      </a>
      <Button onClick={() => setIsSharing(true)}>Share…</Button>
      <ShareDialog
        isOpen={isSharing}
        onClose={() => setIsSharing(false)}
        record={record}
        link={link}
      />
    </>
  )
}

function RenewButton({ record }: { readonly record: UploadRecord }) {
  const renew = useRenewLink()
  const [isMaking, setIsMaking] = useState(false)
  const make = async () => {
    setIsMaking(true)
    await renew(record, null)
    setIsMaking(false)
  }
  return (
    <Button tone="primary" disabled={isMaking} onClick={() => void make()}>
      <RefreshCw size={15} aria-hidden="true" />
      Make a new link
    </Button>
  )
}
