import type { NoticePayload } from '../../../electron/contract/commands.ts'
import { useServices } from '../services/services.tsx'
import { useNoticeToast } from '../services/use-notice-toast.ts'

/** Says that a link did not open, and where it is instead. */
export function LinkNotOpened() {
  const { notices } = useServices()
  useNoticeToast(notices.linkNotOpened, linkNotOpenedText)
  return null
}

export function linkNotOpenedText({ reason, isCopied }: NoticePayload<'linkNotOpened'>) {
  const title =
    reason === 'too-long'
      ? 'This link is too long for your system to open.'
      : 'Your system did not open the link.'
  const detail = isCopied
    ? 'It was copied instead: paste it into your browser’s address bar.'
    : 'It could not be copied either, as another program holds the clipboard. Try again in a moment.'
  return { title, detail }
}
