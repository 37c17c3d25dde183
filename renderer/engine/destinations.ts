import type { UploadRecord } from '../../electron/contract/commands/uploads.ts'
import type { DestinationId } from '../../electron/contract/ids.ts'
import { S3_LIMITS, USUAL_PART_BYTES } from '../../electron/contract/limits.ts'
import type { PlanLimits } from './part-planner.ts'
import type { NetworkStatus, QueuePorts, TransferLimits } from './ports.ts'

/** What the queue has to know about the destination of an upload. */
interface UploadDestination {
  /** Uploads to one endpoint share its connections. */
  readonly endpoint: string
  readonly maxPartCount: number
  /** Where the rules leave the length of parts to Ferry. */
  readonly usualPartBytes: number
}

/** Null: the page does not know the destination (any more), and the host will say what is wrong. */
export type DestinationLookup = (record: UploadRecord) => UploadDestination | null

/** Where uploads go, and what holds there. */
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

  /** The network as it matters to the endpoint: a store on this computer is reached without one. */
  networkFor(record: UploadRecord): NetworkStatus {
    return isOnThisComputer(this.endpointOf(record)) ? ALWAYS_ONLINE : this.#ports.network
  }

  limitsOf(destinationId: DestinationId): TransferLimits {
    return this.#ports.rules.limitsOf(destinationId)
  }

  planLimitsOf(record: UploadRecord): PlanLimits {
    const destination = this.#destinationOf(record)
    return {
      maxPartCount: destination?.maxPartCount ?? S3_LIMITS.maxPartCount,
      usualPartBytes: destination?.usualPartBytes ?? USUAL_PART_BYTES,
      ...this.limitsOf(record.destinationId),
    }
  }
}

const ALWAYS_ONLINE: NetworkStatus = { isOnline: () => true, subscribe: () => () => {} }

function isOnThisComputer(endpoint: string): boolean {
  return /^https?:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?\/?$/.test(endpoint)
}
