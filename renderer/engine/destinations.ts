import type { UploadRecord } from '../../electron/contract/commands/uploads.ts'
import type { DestinationId } from '../../electron/contract/ids.ts'
import type { NetworkStatus, QueuePorts, TransferLimits } from './ports.ts'

/** The facts about an upload's destination that the queue needs. */
interface UploadDestination {
  /** Uploads to one endpoint share its connections. */
  readonly endpoint: string
}

/**
 * Null: the page does not know the destination, or no longer does; the host reports the failure.
 */
export type DestinationLookup = (record: UploadRecord) => UploadDestination | null

/** Looks up the destination of an upload, its endpoint and its rules. */
export class Destinations {
  readonly #destinationOf: DestinationLookup
  readonly #ports: Pick<QueuePorts, 'network' | 'rules'>

  constructor(destinationOf: DestinationLookup, ports: Pick<QueuePorts, 'network' | 'rules'>) {
    this.#destinationOf = destinationOf
    this.#ports = ports
  }

  endpointOf(record: UploadRecord): string {
    return this.#destinationOf(record)?.endpoint ?? record.destinationId
  }

  /** The network state that matters to the endpoint: a store on this computer needs no network. */
  networkFor(record: UploadRecord): NetworkStatus {
    return isOnThisComputer(this.endpointOf(record)) ? ALWAYS_ONLINE : this.#ports.network
  }

  limitsOf(destinationId: DestinationId): TransferLimits {
    return this.#ports.rules.limitsOf(destinationId)
  }
}

const ALWAYS_ONLINE: NetworkStatus = { isOnline: () => true, subscribe: () => () => {} }

function isOnThisComputer(endpoint: string): boolean {
  return /^https?:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?\/?$/.test(endpoint)
}
