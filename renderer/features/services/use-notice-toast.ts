import { useEffect, useEffectEvent } from 'react'
import { useToasts } from '../../design/toasts.tsx'

export interface ToastText {
  readonly title: string
  readonly detail: string
}

/** Shows a toast for each notice of one kind that the host sends. */
export function useNoticeToast<P>(
  subscribe: (listener: (payload: P) => void) => () => void,
  textOf: (payload: P) => ToastText,
): void {
  const { say } = useToasts()
  const show = useEffectEvent((payload: P) => {
    const { title, detail } = textOf(payload)
    say(title, detail)
  })
  useEffect(() => subscribe((payload) => show(payload)), [subscribe])
}
