import { BrandMark } from '../design/brand.tsx'
import { Button } from '../design/button.tsx'
import { Notice } from '../design/notice.tsx'
import { diagnosticsText, useNoticeToast } from './host-hooks.ts'
import { useAppState, useServices } from './services.tsx'

/** Shown when the host stops answering while the window is open. */
export function HostGoneBanner() {
  return (
    <Notice tone="bad" role="alert" title="Ferry stopped.">
      <p>Start it again, and your uploads resume where they stopped.</p>
    </Notice>
  )
}

/** A window that shows a single message. */
export function FullWindowMessage({
  title,
  children,
  action,
}: {
  readonly title: string
  readonly children: string
  readonly action?: { readonly label: string; readonly act: () => void }
}) {
  return (
    <main className="only-message">
      <div className="only-card" role="alert">
        <BrandMark size={40} />
        <h1>{title}</h1>
        <p>{children}</p>
        {action !== undefined && (
          <Button tone="primary" onClick={action.act}>
            {action.label}
          </Button>
        )}
      </div>
    </main>
  )
}

/**
 * Says where Ferry waits for a confirmation. What a page may not decide is asked where no page can
 * click: in a dialog of the system, or in the terminal that Ferry was started in.
 */
export function ConfirmationPending() {
  const { host } = useAppState()
  const asked = host.troubles.find((notice) => notice.kind === 'asked-outside')
  if (asked === undefined) return null
  const place = asked.where === 'dialog' ? 'in a dialog' : 'in the terminal it was started in'
  return (
    <Notice tone="calm" role="status" title={`Ferry is asking ${place} whether this was you.`}>
      <p>Answer there, and Ferry continues by itself.</p>
    </Notice>
  )
}

/** Reports the result of "Copy diagnostics" in the desktop's menu. */
export function DiagnosticsCopied() {
  const { notices } = useServices()
  useNoticeToast(notices.diagnosticsCopied, ({ isCopied }) => diagnosticsText(isCopied))
  return null
}
