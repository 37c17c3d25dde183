import type { NetworkStatus } from './ports.ts'

/** What the browser says of the network is nothing to a store that is reached without one. */
const NO_NETWORK_NEEDED: NetworkStatus = { isOnline: () => true, subscribe: () => () => {} }

/** The network as it matters to a store. */
export function networkTo(endpoint: string, network: NetworkStatus): NetworkStatus {
  return isOnThisComputer(endpoint) ? NO_NETWORK_NEEDED : network
}

function isOnThisComputer(endpoint: string): boolean {
  return /^https?:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?\/?$/.test(endpoint)
}
