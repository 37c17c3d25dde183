import { useEffect, useRef } from 'react'
import type { NoticePayload } from '../../../electron/contract/commands.ts'
import { useToasts } from '../../design/toasts.tsx'
import { useServices } from '../services/services.tsx'

/** Says that a link did not open, and where it is instead. */
export function LinkNotOpened() {
  const { notices } = useServices()
  const { say } = useToasts()
  const latest = useRef(say)
  latest.current = say
  useEffect(
    () =>
      notices.linkNotOpened((seen) => {
        const { problem, wayOut } = linkNotOpenedText(seen)
        latest.current(problem, wayOut)
      }),
    [notices],
  )
  return null
}

export function linkNotOpenedText({ reason, isCopied }: NoticePayload<'linkNotOpened'>) {
  const problem =
    reason === 'too-long'
      ? 'This link is too long for your system to open.'
      : 'Your system did not open the link.'
  const wayOut = isCopied
    ? 'It was copied instead: paste it into your browser’s address bar.'
    : 'It could not be copied either, as another program holds the clipboard. Try again in a moment.'
  return { problem, wayOut }
}
