import type { NetworkStatus } from './ports.ts'

/** What the browser says of the network is nothing to a store that is reached without one. */
const ALWAYS_ONLINE: NetworkStatus = { isOnline: () => true, subscribe: () => () => {} }

/** The network as it matters to a store. */
export function networkFor(endpoint: string, network: NetworkStatus): NetworkStatus {
  return isOnThisComputer(endpoint) ? ALWAYS_ONLINE : network
}

function isOnThisComputer(endpoint: string): boolean {
  return /^https?:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?\/?$/.test(endpoint)
}
