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
    /** Added by the desktop's preload script. */
    readonly ferry?: RawBridge
  }
}

/**
 * Connects to the page's host: the desktop's preload if there is one, otherwise the loopback host
 * over HTTP. No other file knows which it is. The host's answers are checked against the contract,
 * just as the host checks the page's requests.
 */
export async function connectBridge(): Promise<HostConnection> {
  if (window.ferry !== undefined) {
    return { bridge: checkedBridge(window.ferry), link: CONNECTED_FOR_GOOD }
  }
  const { raw, link } = await connectLoopback()
  return { bridge: checkedBridge(raw), link }
}
