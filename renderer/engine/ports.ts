import type { ChecksumAlgorithm } from '../../electron/contract/checksum.ts'
import type { SignedPart, UploadRecord } from '../../electron/contract/commands/uploads.ts'
import type { CommandCalls } from '../../electron/contract/ferry-bridge.ts'
import type { DestinationId } from '../../electron/contract/ids.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import type { ByteRange } from '../../electron/contract/part-plan.ts'
import type { UploadRules } from '../../electron/contract/rules/upload-rules.ts'

/** Bytes on their way, opaque to the engine: no `Blob` enters it. */
export interface PartBody {
  readonly byteLength: number
  readonly payload: unknown
}

/** Reads a source's bytes. The body of a fresh file is a reference, not a copy. */
export interface FileSource {
  /**
   * Fails with `source-missing`, `source-unreadable`, `source-in-cloud`, `source-changed` or
   * `source-detached`.
   * Rejects only when `signal` is aborted.
   */
  readonly read: (range: ByteRange, signal: AbortSignal) => Promise<Outcome<PartBody>>
  /** Whether it is still the file that was given; fails as `read` does. */
  readonly check: (signal: AbortSignal) => Promise<Outcome<null>>
}

/** Finds the source of an upload. Null: the person has to give the file again. */
export type SourceLookup = (record: UploadRecord) => FileSource | null

export interface PartSending {
  readonly signal: AbortSignal
  /** Bytes of this part handed to the network so far; not yet acknowledged. */
  readonly onSent: (sentBytes: number) => void
}

/** Sends one part to the store. */
export interface PartTransport {
  /** Done only on 200 with an ETag. Rejects only when `signal` is aborted. */
  readonly putPart: (
    part: SignedPart,
    body: PartBody,
    sending: PartSending,
  ) => Promise<Outcome<{ readonly etag: string }>>
}

/** Sums up bytes away from the page's main thread. */
export interface Checksums {
  /**
   * Base64 of the big-endian value. The body is read in small pieces, never whole. `order`: `idle`
   * ones wait until no `next` one does. Fails as `FileSource.read` does; rejects only when `signal`
   * is aborted.
   */
  readonly of: (
    body: PartBody,
    algorithm: ChecksumAlgorithm,
    order: 'next' | 'idle',
    signal: AbortSignal,
  ) => Promise<Outcome<string>>
  /** The same, and a CRC of the same bytes (`crcBeside`) in one reading. */
  readonly withCrc: (
    body: PartBody,
    algorithm: ChecksumAlgorithm,
    order: 'next' | 'idle',
    signal: AbortSignal,
  ) => Promise<Outcome<ChecksumWithCrc>>
}

export interface ChecksumWithCrc {
  /** As the part travels with it. */
  readonly checksum: string
  /** Bytes that are read again are compared by it: SHA-256 and MD5 cost many times as much. */
  readonly crc: string
}

/** The commands with which the engine drives the host. */
export type UploadControl = Pick<
  CommandCalls,
  | 'prepareUpload'
  | 'signParts'
  | 'checkSource'
  | 'diagnoseNoResponse'
  | 'diagnoseSignature'
  | 'diagnoseSource'
  | 'completeUpload'
  | 'cancelUpload'
  | 'syncUploads'
>

/** Time and chance, so that tests own both. */
export interface Clock {
  readonly now: () => number
  /** Resolves after `ms`; rejects when `signal` is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Uniform in [0, 1). */
  readonly jitter: () => number
}

/** A hint only: the browser says "online" behind a dead Wi-Fi, too. */
export interface NetworkStatus {
  readonly isOnline: () => boolean
  readonly subscribe: (listener: () => void) => () => void
}

/** The computer's sleep: connections do not outlive it, and nothing can be tried in it. */
export interface PowerStatus {
  /** `asleep` comes only where the host hears of it beforehand; `awake` after every sleep. */
  readonly subscribe: (listener: (state: 'asleep' | 'awake') => void) => () => void
}

/** How files travel to a destination; null: as Ferry thinks best. */
export type TransferLimits = Pick<UploadRules, 'parallel' | 'bytesPerSecond'>

/** The destinations' rules as they are at the moment. */
export interface TransferRules {
  readonly limitsOf: (destinationId: DestinationId) => TransferLimits
  readonly subscribe: (listener: () => void) => () => void
}

/** All that the queue needs of the world. */
export interface QueuePorts {
  readonly control: UploadControl
  readonly transport: PartTransport
  readonly sources: SourceLookup
  readonly checksums: Checksums
  readonly clock: Clock
  readonly network: NetworkStatus
  readonly power: PowerStatus
  readonly rules: TransferRules
}

/** Calls `act` after `ms`, unless `signal` is aborted before. */
export function callAfter(clock: Clock, ms: number, signal: AbortSignal, act: () => void): void {
  clock.sleep(ms, signal).then(
    () => {
      if (!signal.aborted) act()
    },
    // `sleep` rejects only when aborted, and then there is nothing to do.
    () => undefined,
  )
}
