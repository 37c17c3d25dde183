import type { ShareLink, UploadRecord } from '../../../electron/contract/commands/uploads.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { isolated } from '../../design/isolated.tsx'
import { useToasts } from '../../design/toasts.tsx'
import { failureSentence } from '../../failures/failure-text.ts'
import { useServices } from '../services/services.tsx'

/** Answers whether the link is on the clipboard. */
export function useCopyLink(): (uploadId: UploadId, link: ShareLink) => Promise<boolean> {
  const { commands } = useServices()
  return async (uploadId, link) => {
    const answer = await commands.copyShareLink({ uploadId })
    if (answer.ok && answer.value.isCopied) return true
    try {
      await navigator.clipboard.writeText(link.url)
      return true
    } catch {
      // Refused by the browser: the caller shows the link to be copied by hand.
      return false
    }
  }
}

/** Makes a new link and shows it in the row. Null `linkSeconds`: the destination's own life. */
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
      say(`There is no new link for “${isolated(record.name)}”.`, sentence)
      return null
    }
    queue.adopt([{ ...record, link: answer.value }])
    return answer.value
  }
}
