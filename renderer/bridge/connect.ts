import type { FerryBridge } from '../../electron/contract/ferry-bridge.ts'
import { checkedBridge, type RawBridge } from './checked-bridge.ts'
import { CONNECTED_FOR_GOOD, type HostLink } from './host-link.ts'
import { connectLoopback } from './loopback-connection.ts'

export interface HostConnection {
  readonly bridge: FerryBridge<File>
  readonly link: HostLink
}

declare global {
  interface Window {
    /** Put there by the desktop's preload. */
    readonly ferry?: RawBridge
  }
}

/**
 * The way to whoever hosts this page: the desktop's preload where there is one, else HTTP to the
 * loopback host. Nothing else in the page knows which. What the host answers is checked against
 * the contract, as the host checks what the page asks.
 */
export async function connectBridge(): Promise<HostConnection> {
  if (window.ferry !== undefined) {
    return { bridge: checkedBridge(window.ferry), link: CONNECTED_FOR_GOOD }
  }
  const { raw, link } = await connectLoopback()
  return { bridge: checkedBridge(raw), link }
}
