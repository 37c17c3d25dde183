import { useServices } from '../services/services.tsx'
import { diagnosticsText } from '../services/use-copy-diagnostics.ts'
import { useNoticeToast } from '../services/use-notice-toast.ts'

/** Says what became of "Copy diagnostics" in the desktop's menu. */
export function DiagnosticsCopied() {
  const { notices } = useServices()
  useNoticeToast(notices.diagnosticsCopied, ({ isCopied }) => diagnosticsText(isCopied))
  return null
}
