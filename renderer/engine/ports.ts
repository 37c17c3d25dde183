import type { ChecksumAlgorithm } from '../../electron/contract/checksum.ts'
import type { SignedPart, UploadRecord } from '../../electron/contract/commands/uploads.ts'
import type { CommandCalls } from '../../electron/contract/ferry-bridge.ts'
import type { DestinationId } from '../../electron/contract/ids.ts'
import type { Outcome } from '../../electron/contract/outcome.ts'
import type { ByteRange } from '../../electron/contract/part-plan.ts'
import type { UploadRules } from '../../electron/contract/rules/upload-rules.ts'

/** Bytes to be sent, opaque to the engine: no `Blob` enters it. */
export interface PartBody {
  readonly byteLength: number
  readonly payload: unknown
}

/** Reads the bytes of a source. The body of a fresh file is a reference, not a copy. */
export interface FileSource {
  /**
   * Fails with `source-missing`, `source-unreadable`, `source-in-cloud`, `source-changed` or
   * `source-detached`.
   * Rejects only when `signal` is aborted.
   */
  readonly read: (range: ByteRange, signal: AbortSignal) => Promise<Outcome<PartBody>>
  /** Checks that it is still the file that was given; fails as `read` does. */
  readonly check: (signal: AbortSignal) => Promise<Outcome<null>>
}

/** Finds the source of an upload. Null: the user has to give the file again. */
export type SourceLookup = (record: UploadRecord) => FileSource | null

export interface PartSending {
  readonly signal: AbortSignal
  /** How many bytes of this part have been handed to the network; not yet acknowledged. */
  readonly onSent: (sentBytes: number) => void
}

/** Sends one part to the store. */
export interface PartTransport {
  /** Succeeds only on 200 with an ETag. Rejects only when `signal` is aborted. */
  readonly putPart: (
    part: SignedPart,
    body: PartBody,
    sending: PartSending,
  ) => Promise<Outcome<{ readonly etag: string }>>
}

/** Computes checksums away from the page's main thread. */
export interface Checksums {
  /**
   * Base64 of the big-endian value. The body is read in small pieces, never whole. `order`: `idle`
   * requests wait until there are no `next` requests. Fails as `FileSource.read` does; rejects only
   * when `signal` is aborted.
   */
  readonly of: (
    body: PartBody,
    algorithm: ChecksumAlgorithm,
    order: 'next' | 'idle',
    signal: AbortSignal,
  ) => Promise<Outcome<string>>
  /** Like `of`, but also computes a CRC of the same bytes (`crcBeside`) in the same reading. */
  readonly withCrc: (
    body: PartBody,
    algorithm: ChecksumAlgorithm,
    order: 'next' | 'idle',
    signal: AbortSignal,
  ) => Promise<Outcome<ChecksumWithCrc>>
}

export interface ChecksumWithCrc {
  /** The checksum that the part is sent with. */
  readonly checksum: string
  /** Used to compare bytes that are read again: SHA-256 and MD5 cost many times as much. */
  readonly crc: string
}

/** The commands that the engine sends to the host. */
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

/** Time and random numbers, so that tests control both. */
export interface Clock {
  readonly now: () => number
  /** Resolves after `ms`; rejects when `signal` is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Uniform in [0, 1). */
  readonly jitter: () => number
}

/** Only a hint: the browser also says "online" behind a dead Wi-Fi. */
export interface NetworkStatus {
  readonly isOnline: () => boolean
  readonly subscribe: (listener: () => void) => () => void
}

/** The computer's sleep: connections do not survive it, and nothing can be sent during it. */
export interface PowerStatus {
  /**
   * `asleep` comes only if the host is notified before the computer sleeps; `awake` comes after
   * every sleep.
   */
  readonly subscribe: (listener: (state: 'asleep' | 'awake') => void) => () => void
}

/** How files are sent to a destination; null: Ferry decides. */
export type TransferLimits = Pick<UploadRules, 'parallel' | 'bytesPerSecond'>

/** The current rules of the destinations. */
export interface TransferRules {
  readonly limitsOf: (destinationId: DestinationId) => TransferLimits
  readonly subscribe: (listener: () => void) => () => void
}

/** Everything that the queue needs from outside the engine. */
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

/** Calls `act` after `ms`, unless `signal` is aborted first. */
export function callAfter(clock: Clock, ms: number, signal: AbortSignal, act: () => void): void {
  clock.sleep(ms, signal).then(
    () => {
      if (!signal.aborted) act()
    },
    // `sleep` rejects only when aborted, and then there is nothing to do.
    () => undefined,
  )
}
