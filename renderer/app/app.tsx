import { CSPProvider } from '@base-ui/react/csp-provider'
import { useSyncExternalStore } from 'react'
import { unreachable } from '../../electron/lib/unreachable.ts'
import { BrandMark } from '../design/brand.tsx'
import { ToastProvider } from '../design/toasts.tsx'
import { failureText } from '../failures/failure-text.ts'
import type { Boot } from './boot.ts'
import { FullWindowMessage } from './host-status.tsx'
import { ServicesProvider } from './services.tsx'
import { FerryWindow } from './shell.tsx'
import '../design/tokens.css'
import '../design/base.css'
import '../design/popup.css'

export function App({ boot }: { readonly boot: Boot }) {
  const stage = useSyncExternalStore(boot.subscribe, boot.stage)
  switch (stage.name) {
    case 'loading':
      return (
        <main className="loading" aria-busy="true" aria-label="Ferry is starting">
          <BrandMark size={44} />
        </main>
      )
    case 'elsewhere':
      return (
        <FullWindowMessage
          title="Ferry is open in another tab"
          action={{ label: 'Use it here', act: boot.takeOver }}
        >
          Only one tab can send files, so that none is sent twice. This one takes over when you
          close the other, or now:
        </FullWindowMessage>
      )
    case 'signed-out':
      return (
        <FullWindowMessage title="This window is not connected to Ferry">
          Open the address that Ferry printed when it started. It works once, within five minutes:
          for a new one, press Enter in Ferry’s terminal, or start Ferry again. Unfinished uploads
          resume where they stopped.
        </FullWindowMessage>
      )
    case 'stopped': {
      const { problem, wayOut } = failureText(stage.failure)
      return (
        <FullWindowMessage
          title={problem}
          action={{ label: 'Try again', act: () => location.reload() }}
        >
          {wayOut}
        </FullWindowMessage>
      )
    }
    case 'ready':
      return (
        // The page's content security policy forbids inline style elements.
        <CSPProvider disableStyleElements>
          <ServicesProvider value={stage.services}>
            <ToastProvider>
              <FerryWindow isHostGone={stage.isHostGone} />
            </ToastProvider>
          </ServicesProvider>
        </CSPProvider>
      )
    default:
      return unreachable(stage)
  }
}
