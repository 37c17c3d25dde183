import { useEffect, useRef } from 'react'
import { useToasts } from '../../design/toasts.tsx'
import { useServices } from '../services/services.tsx'
import { diagnosticsText } from '../services/use-copy-diagnostics.ts'

/** Says what became of "Copy diagnostics" in the desktop's menu. */
export function DiagnosticsCopied() {
  const { notices } = useServices()
  const { say } = useToasts()
  const latest = useRef(say)
  latest.current = say
  useEffect(
    () =>
      notices.diagnosticsCopied(({ isCopied }) => {
        const { title, detail } = diagnosticsText(isCopied)
        latest.current(title, detail)
      }),
    [notices],
  )
  return null
}
