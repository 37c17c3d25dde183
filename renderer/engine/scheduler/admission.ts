import type { UploadRecord } from '../../../electron/contract/commands/uploads.ts'
import { MULTIPART_FROM_BYTES } from '../../../electron/contract/limits.ts'
import { Fifo } from '../../../electron/lib/fifo.ts'
import type { Upload } from '../upload.ts'

/**
 * How many uploads to a destination are live at once, however many wait. Large and small uploads
 * are counted separately, so that neither a few huge files nor 100,000 small ones stop the others
 * from starting. Small files spend most of their time in control calls, so it takes more of them to
 * use all connections.
 */
export const MAX_LIVE_UPLOADS = { large: 4, small: 12 } as const
type SizeClass = keyof typeof MAX_LIVE_UPLOADS

interface AdmissionQueue {
  readonly sizeClass: SizeClass
  readonly endpoint: string
  /** Uploads that the user asked for; they go first. */
  readonly requested: Fifo<Upload>
  readonly waiting: Fifo<Upload>
  readonly live: Set<Upload>
}

/**
 * Tracks per destination which uploads wait and which are live: a destination that cannot be
 * reached, or that has much to send, does not delay uploads to the others.
 */
export class Admission {
  readonly #endpointOf: (record: UploadRecord) => string
  readonly #queues = new Map<string, AdmissionQueue>()
  readonly #queueOf = new Map<Upload, AdmissionQueue>()

  constructor(endpointOf: (record: UploadRecord) => string) {
    this.#endpointOf = endpointOf
  }

  enqueue(upload: Upload, isRequested: boolean): void {
    this.remove(upload)
    const queue = this.#queueFor(upload.record)
    if (isRequested) queue.requested.add(upload)
    else queue.waiting.add(upload)
    this.#queueOf.set(upload, queue)
  }

  admit(upload: Upload): void {
    const queue = this.#queueOf.get(upload) ?? this.#queueFor(upload.record)
    queue.requested.delete(upload)
    queue.waiting.delete(upload)
    queue.live.add(upload)
    this.#queueOf.set(upload, queue)
  }

  remove(upload: Upload): void {
    const queue = this.#queueOf.get(upload)
    if (queue === undefined) return
    queue.requested.delete(upload)
    queue.waiting.delete(upload)
    queue.live.delete(upload)
    this.#queueOf.delete(upload)
  }

  /** The uploads that may start now. */
  admissible(): readonly Upload[] {
    return [...this.#queues.values()].flatMap(({ sizeClass, live, requested, waiting }) => {
      const room = MAX_LIVE_UPLOADS[sizeClass] - live.size
      const first = requested.first(room)
      return [...first, ...waiting.first(room - first.length)]
    })
  }

  live(): readonly Upload[] {
    return this.liveByEndpoint().flatMap(([, uploads]) => uploads)
  }

  liveByEndpoint(): readonly (readonly [endpoint: string, uploads: readonly Upload[]])[] {
    const endpoints = new Map<string, Upload[]>()
    for (const { endpoint, live } of this.#queues.values()) {
      if (live.size > 0) endpoints.set(endpoint, [...(endpoints.get(endpoint) ?? []), ...live])
    }
    return [...endpoints]
  }

  #queueFor(record: UploadRecord): AdmissionQueue {
    const sizeClass = sizeClassOf(record)
    const endpoint = this.#endpointOf(record)
    const key = `${sizeClass} ${record.destinationId} ${endpoint}`
    const known = this.#queues.get(key)
    if (known !== undefined) return known
    const queue: AdmissionQueue = {
      sizeClass,
      endpoint,
      requested: new Fifo(),
      waiting: new Fifo(),
      live: new Set(),
    }
    this.#queues.set(key, queue)
    return queue
  }
}

function sizeClassOf({ byteLength }: UploadRecord): SizeClass {
  return byteLength < MULTIPART_FROM_BYTES ? 'small' : 'large'
}
