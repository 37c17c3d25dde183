import { Check, Link as LinkIcon } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { ShareLink, UploadRecord } from '../../../electron/contract/commands/uploads.ts'
import { Button } from '../../design/button.tsx'
import { useCopyLink } from './link-calls.ts'

const SAY_COPIED_MS = 2500

export function CopyButton({
  record,
  link,
  onRefused,
}: {
  readonly record: UploadRecord
  readonly link: ShareLink
  readonly onRefused: () => void
}) {
  const copyLink = useCopyLink()
  const [isCopied, setIsCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setIsCopied(false), SAY_COPIED_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  const copy = async () => {
    if (await copyLink(record.uploadId, link)) setIsCopied(true)
    else onRefused()
  }
  const Icon = isCopied ? Check : LinkIcon
  return (
    <>
      <Button tone="soft" onClick={() => void copy()}>
        <Icon size={15} aria-hidden="true" />
        {isCopied ? 'Copied' : 'Copy link'}
      </Button>
      <span role="status" className="visually-hidden">
        {isCopied && 'Link copied'}
      </span>
    </>
  )
}
