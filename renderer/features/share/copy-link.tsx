import { Check, Link as LinkIcon } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { ShareLink } from '../../../electron/contract/commands/links.ts'
import type { UploadRecord } from '../../../electron/contract/commands/uploads.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import type { NoticePayload } from '../../../electron/contract/notices.ts'
import { useNoticeToast } from '../../app/host-hooks.ts'
import { useServices } from '../../app/services.tsx'
import { Button } from '../../design/button.tsx'
import { isolated } from '../../design/isolated.tsx'
import { useToasts } from '../../design/toasts.tsx'
import { failureSentence } from '../../failures/failure-text.ts'

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

/** Resolves with whether the link is on the clipboard. */
function useCopyLink(): (uploadId: UploadId, link: ShareLink) => Promise<boolean> {
  const { commands } = useServices()
  return async (uploadId, link) => {
    const answer = await commands.copyShareLink({ uploadId })
    if (answer.ok && answer.value.isCopied) return true
    try {
      await navigator.clipboard.writeText(link.url)
      return true
    } catch {
      // The browser refused: the caller shows the link so that the user can copy it.
      return false
    }
  }
}

/** Makes a new link and shows it in the row. Null `linkSeconds`: the destination's lifetime. */
export function useRenewLink(): (
  record: UploadRecord,
  linkSeconds: number | null,
) => Promise<ShareLink | null> {
  const { commands, queue, appState } = useServices()
  const { say } = useToasts()
  return async (record, linkSeconds) => {
    const { uploadId } = record
    const answer = await commands.createShareLink({ uploadId, linkSeconds })
    if (!answer.ok) {
      const { destinations } = appState.snapshot()
      const at = destinations.find((each) => each.destinationId === record.destinationId) ?? null
      const sentence = failureSentence(answer.failure, Date.now(), at)
      say(`A new link for “${isolated(record.name)}” could not be made.`, sentence)
      return null
    }
    queue.adopt([{ ...record, link: answer.value }])
    return answer.value
  }
}

/** Says that a link did not open, and where to find it instead. */
export function LinkNotOpened() {
  const { notices } = useServices()
  useNoticeToast(notices.linkNotOpened, linkNotOpenedText)
  return null
}

function linkNotOpenedText({ reason, isCopied }: NoticePayload<'linkNotOpened'>) {
  const title =
    reason === 'too-long'
      ? 'This link is too long for your system to open.'
      : 'Your system did not open the link.'
  const detail = isCopied
    ? 'It was copied instead: paste it into your browser’s address bar.'
    : 'It could not be copied either, because another program is using the clipboard. Try again in a moment.'
  return { title, detail }
}
