import type { UploadRecord } from '../../electron/contract/commands/uploads.ts'
import type { UploadId } from '../../electron/contract/ids.ts'
import { createUploadQueue } from '../../renderer/engine/upload-queue.ts'
import type { UploadQueue, UploadView, ViewPhase } from '../../renderer/engine/view/queue-view.ts'
import { FakeChecksums } from '../fakes/fake-checksums.ts'
import { FakeSource } from '../fakes/fake-source.ts'
import { FakeNetwork, FakePower, FakeRules } from '../fakes/fake-status-ports.ts'
import { FakeStore } from '../fakes/fake-store.ts'
import { uploadRecord } from '../fakes/upload-records.ts'
import { VirtualClock } from '../fakes/virtual-clock.ts'

/** A queue with fake ports. A second one on the same store is the page after a restart. */
export class QueueBench {
  readonly clock: VirtualClock
  readonly store: FakeStore
  readonly checksums: FakeChecksums
  readonly network = new FakeNetwork()
  readonly power = new FakePower()
  readonly rules = new FakeRules()
  readonly sources = new Map<string, FakeSource>()
  readonly queue: UploadQueue
  /** Null: each destination has its own endpoint. */
  endpoint: string | null = null

  constructor(clock = new VirtualClock(), store = new FakeStore(clock)) {
    this.clock = clock
    this.store = store
    store.rulesOf = this.rules.limitsOf
    this.checksums = new FakeChecksums(clock)
    this.queue = createUploadQueue(
      {
        control: store.control,
        transport: store.transport,
        sources: ({ sourceId }) => this.sources.get(sourceId ?? '') ?? null,
        checksums: this.checksums,
        clock,
        network: this.network,
        power: this.power,
        rules: this.rules,
      },
      {
        destinationOf: ({ destinationId }) => ({
          endpoint: this.endpoint ?? `https://${destinationId}.test`,
        }),
      },
    )
  }

  /** Queues a new file that the page has. */
  add(number: number, byteLength: number, changes: Partial<UploadRecord> = {}): UploadId {
    const record = this.store.add(uploadRecord(number, byteLength, changes))
    this.giveSource(record)
    this.queue.adopt([record])
    return record.uploadId
  }

  giveSource({ sourceId }: UploadRecord): FakeSource {
    const source = new FakeSource()
    if (sourceId !== null) this.sources.set(sourceId, source)
    return source
  }

  sourceOf(uploadId: UploadId): FakeSource {
    const source = this.sources.get(this.view(uploadId).record.sourceId ?? '')
    if (source === undefined) throw new Error('The page does not have this file')
    return source
  }

  view(uploadId: UploadId): UploadView {
    const view = this.queue.upload(uploadId)
    if (view === undefined) throw new Error(`No row for ${uploadId}`)
    return view
  }

  phase(uploadId: UploadId): ViewPhase {
    return this.view(uploadId).phase
  }

  async untilPhase(uploadId: UploadId, phase: ViewPhase, limitMs?: number): Promise<void> {
    await this.clock.until(() => this.phase(uploadId) === phase, limitMs)
  }

  /** How often each part was sent. */
  putsOf(uploadId: UploadId): Readonly<Record<number, number>> {
    const counts: Record<number, number> = {}
    for (const put of this.store.puts) {
      if (put.uploadId === uploadId) counts[put.partNumber] = (counts[put.partNumber] ?? 0) + 1
    }
    return counts
  }
}

/** A promise and the function that resolves it. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}
