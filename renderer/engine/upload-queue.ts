import type { UploadRecord } from '../../electron/contract/commands/uploads.ts'
import type { SourceId, UploadId } from '../../electron/contract/ids.ts'
import { KeyedMutex } from '../../electron/lib/keyed-mutex.ts'
import { Semaphore } from '../../electron/lib/semaphore.ts'
import { type DestinationLookup, Destinations } from './destinations.ts'
import { Effects } from './effects.ts'
import { EventInbox, type PostedEvent } from './event-inbox.ts'
import { EventLoop } from './event-loop.ts'
import { MAX_CONCURRENT_READS, Verification } from './integrity/verification.ts'
import type { UploadEvent } from './machine/events.ts'
import { Outbox } from './outbox.ts'
import type { QueuePorts } from './ports.ts'
import { Admission } from './scheduler/admission.ts'
import { PartScheduler } from './scheduler/concurrency-window.ts'
import { RateLimiter } from './scheduler/rate-limiter.ts'
import { PartTransfer } from './transfer/part-transfer.ts'
import { hasEnded, isUnfinished, isWorthRetry, Upload } from './upload.ts'
import { ProgressMeter } from './view/progress-meter.ts'
import type { UploadQueue } from './view/queue-view.ts'
import { UploadList } from './view/upload-list.ts'

export interface QueueOptions {
  readonly destinationOf: DestinationLookup
}

export function createUploadQueue(ports: QueuePorts, options: QueueOptions): UploadQueue {
  const { list, queue } = wire(ports, options)
  return {
    subscribe: (listener) => list.subscribe(listener),
    snapshot: () => list.snapshot(),
    subscribeUpload: (uploadId, listener) => list.subscribeUpload(uploadId, listener),
    upload: (uploadId) => list.view(uploadId),
    adopt: (records) => queue.adopt(records),
    attachSource: (uploadId, sourceId) => queue.attachSource(uploadId, sourceId),
    supersede: (uploadId, successor) => queue.supersede(uploadId, successor),
    pause: (uploadId) => queue.dispatch(uploadId, { type: 'pause-asked' }),
    resume: (uploadId) => queue.dispatch(uploadId, { type: 'resume-asked' }),
    retry: (uploadId) => queue.dispatch(uploadId, { type: 'retry-asked' }),
    cancel: (uploadId) => queue.dispatch(uploadId, { type: 'cancel-asked' }),
    pauseAll: () => queue.dispatchAll({ type: 'pause-asked' }, isUnfinished),
    resumeAll: () => queue.dispatchAll({ type: 'resume-asked' }, isUnfinished),
    retryAll: () => queue.dispatchAll({ type: 'retry-asked' }, isWorthRetry),
    cancelAll: () => queue.dispatchAll({ type: 'cancel-asked' }, (upload) => !hasEnded(upload)),
    clearFinished: () => queue.clear(hasEnded),
    clear: (uploadId) => queue.clear((upload) => upload.uploadId === uploadId),
    close: () => queue.close(),
  }
}

/** Creates the collaborators of a queue, each after those that it needs. */
function wire(ports: QueuePorts, { destinationOf }: QueueOptions) {
  const { checksums, clock, control, rules, sources } = ports
  const controller = new AbortController()
  const { signal: closing } = controller
  const inbox = new EventInbox()
  const mutex = new KeyedMutex<UploadId>()
  const readSemaphore = new Semaphore(MAX_CONCURRENT_READS)
  const destinations = new Destinations(destinationOf, ports)
  const list = new UploadList(clock.now, sources)
  const admission = new Admission((record) => destinations.endpointOf(record))
  const capacityFreed = () => inbox.wake()
  const rateLimiter = new RateLimiter({ clock, rules, capacityFreed, closing })
  const scheduler = new PartScheduler({ clock, rules, rateLimiter })
  const meter = new ProgressMeter({ clock, list, admission, rateLimiter, closing })
  const outbox = new Outbox({ control, clock, mutex, closing })
  const shared = {
    ports,
    destinations,
    inbox,
    meter,
    outbox,
    readSemaphore,
    mutex,
    closing,
  }
  const transfer = new PartTransfer({ ...shared, scheduler, rateLimiter })
  const verification = new Verification({ control, checksums, readSemaphore, meter })
  const effects = new Effects({ ...shared, transfer, verification })
  new EventLoop({ clock, inbox, list, meter, admission, scheduler, transfer, effects, closing })
  const queue = new Queue({ ...shared, list, admission, effects, controller })
  return { list, queue }
}

interface QueueDeps {
  readonly ports: QueuePorts
  readonly inbox: EventInbox
  readonly list: UploadList
  readonly admission: Admission
  readonly effects: Effects
  readonly outbox: Outbox
  readonly controller: AbortController
}

/** Passes what the user, the host and the computer report to the uploads of one queue. */
class Queue {
  readonly #deps: QueueDeps
  readonly #stopListening: readonly (() => void)[]
  /** A late notice from the host must not bring a cleared upload back. */
  readonly #cleared = new Set<UploadId>()

  constructor(deps: QueueDeps) {
    const { inbox, ports } = deps
    const { network, power, rules } = ports
    this.#deps = deps
    this.#stopListening = [
      rules.subscribe(() => inbox.wake()),
      network.subscribe(() => {
        if (network.isOnline()) this.dispatchAll({ type: 'network-changed' }, isUnfinished)
      }),
      power.subscribe((state) => {
        this.dispatchAll({ type: state === 'asleep' ? 'slept' : 'woke' }, isUnfinished)
      }),
    ]
  }

  adopt(records: readonly UploadRecord[]): void {
    const events = records.flatMap((record) => this.#adoptOne(record))
    this.#deps.inbox.postAll(events)
  }

  #adoptOne(record: UploadRecord): readonly PostedEvent[] {
    const { list, ports } = this.#deps
    const known = list.get(record.uploadId)
    if (known !== undefined) return this.#refresh(known, record)
    if (this.#cleared.has(record.uploadId)) return []
    const upload = new Upload(record, ports.sources(record) !== null, ports.clock.now())
    list.add(upload)
    this.#enqueue(upload, false)
    return []
  }

  /** The host decides which uploads have ended; this queue knows better what is in progress. */
  #refresh(upload: Upload, record: UploadRecord): readonly PostedEvent[] {
    // The upload ended while this snapshot was being sent, so it is out of date.
    if (isOver(upload.record) && !isOver(record)) return []
    upload.replaceRecord({ ...record, sourceId: record.sourceId ?? upload.record.sourceId })
    this.#deps.list.changed(upload)
    if (record.status.phase === 'done') return [[upload, { type: 'completed' }]]
    if (record.status.phase === 'cancelled') return [[upload, { type: 'cancelled' }]]
    const hasSource = this.#deps.ports.sources(upload.record) !== null
    const isAttached = upload.state.phase === 'needs-you' && hasSource
    return isAttached ? [[upload, { type: 'source-attached' }]] : []
  }

  attachSource(uploadId: UploadId, sourceId: SourceId): void {
    const upload = this.#deps.list.get(uploadId)
    if (upload === undefined) return
    upload.attachSource(sourceId)
    this.#deps.list.changed(upload)
    this.#dispatchTo(upload, { type: 'source-attached' })
  }

  supersede(uploadId: UploadId, successor: UploadRecord): void {
    this.adopt([successor])
    const { inbox, list } = this.#deps
    list.moveTo(successor.uploadId, uploadId)
    const old = list.get(uploadId)
    if (old !== undefined) this.#dismiss(old)
    const upload = list.get(successor.uploadId)
    if (upload !== undefined) this.#enqueue(upload, true)
    inbox.wake()
  }

  /** The host has already removed the record from its list. */
  #dismiss(upload: Upload): void {
    const { admission, effects, list, outbox } = this.#deps
    const { uploadId } = upload
    this.#cleared.add(uploadId)
    admission.remove(upload)
    effects.perform(upload, { type: 'stop' })
    outbox.drop(uploadId)
    list.remove(uploadId)
  }

  dispatch(uploadId: UploadId, event: UploadEvent): void {
    const upload = this.#deps.list.get(uploadId)
    if (upload !== undefined) this.#dispatchTo(upload, event)
  }

  /** The user chose this one upload, so it goes ahead of uploads that merely wait. */
  #dispatchTo(upload: Upload, event: UploadEvent): void {
    const wasQueued = upload.state.phase === 'queued'
    this.#deps.inbox.post(upload, event)
    if (!wasQueued) this.#enqueue(upload, true)
  }

  dispatchAll(event: UploadEvent, isMeant: (upload: Upload) => boolean): void {
    const { inbox, list } = this.#deps
    const uploads = [...list.all()].filter(isMeant)
    inbox.postAll(uploads.map((upload) => [upload, event] as const))
  }

  /** `isRequested`: ahead of the others. */
  #enqueue(upload: Upload, isRequested: boolean): void {
    if (upload.state.phase === 'queued') this.#deps.admission.enqueue(upload, isRequested)
  }

  clear(isMeant: (upload: Upload) => boolean): void {
    const { list, outbox } = this.#deps
    const uploads = [...list.all()].filter((upload) => !isUnfinished(upload) && isMeant(upload))
    for (const { uploadId } of uploads) {
      this.#cleared.add(uploadId)
      list.remove(uploadId)
    }
    list.notifyListeners()
    outbox.clear(uploads.map(({ uploadId }) => uploadId))
  }

  close(): void {
    const { controller, list } = this.#deps
    for (const stop of this.#stopListening) stop()
    controller.abort()
    for (const upload of list.all()) upload.run?.end()
  }
}

function isOver({ status }: UploadRecord): boolean {
  return status.phase === 'done' || status.phase === 'cancelled'
}
