import type { UploadId } from '../../electron/contract/ids.ts'
import type { CorePorts } from '../../electron/core/ports.ts'
import { CoreHarness, PART, someBytes } from './core-harness.ts'
import { OddStore } from './odd-store.ts'
import { StubStore } from './stub-store.ts'
import { TYPED_KEYS } from './typed-keys.ts'

/** A file of two parts. */
export const ODD_BYTES = someBytes(2 * PART)

/**
 * One upload from a real core to an odd store. The core's waits are over at once, and advance its
 * clock.
 */
export class OddStoreUpload {
  readonly store: OddStore
  readonly stub: StubStore
  harness: CoreHarness
  readonly uploadId: UploadId
  readonly time: PassingTime

  private constructor(
    stub: StubStore,
    store: OddStore,
    harness: CoreHarness,
    uploadId: UploadId,
    time: PassingTime,
  ) {
    this.store = store
    this.stub = stub
    this.harness = harness
    this.uploadId = uploadId
    this.time = time
  }

  static async start(): Promise<OddStoreUpload> {
    const store = new OddStore()
    const stub = await StubStore.start(store.answer)
    const time = new PassingTime()
    const harness = await CoreHarness.start(time.ports)
    const { destination } = await harness.must('saveDestination', {
      ...TYPED_KEYS,
      destinationId: null,
      name: '',
      provider: 'ceph',
      endpoint: stub.endpoint,
      region: '',
      bucket: 'photos',
      prefix: '',
      pathStyle: true,
      accessKeyId: 'AKIA',
      secretAccessKey: 'secret',
      sessionToken: '',
      // The secret must survive a restart.
      keepSecret: true,
    })
    const { uploadId } = await harness.queueBytes(destination, 'a.bin', ODD_BYTES)
    return new OddStoreUpload(stub, store, harness, uploadId, time)
  }

  /** Sends both parts. */
  async sendAll(): Promise<void> {
    await this.prepare(PART)
    await this.harness.send(this.uploadId, ODD_BYTES, [1, 2])
  }

  prepare(partBytes: number | null = null) {
    return this.harness.prepared(this.uploadId, partBytes)
  }

  complete() {
    return this.harness.ask('completeUpload', { uploadId: this.uploadId })
  }

  async restart(): Promise<void> {
    this.harness = await this.harness.restart(this.time.ports)
  }

  async close(): Promise<void> {
    await this.harness.close()
    await this.stub.close()
  }
}

/** Waits that take no real time, and events during them. */
export class PassingTime {
  /** The total of all waits. */
  passedMs = 0
  readonly waits: number[] = []
  readonly #beganAtMs = Date.now()
  readonly #events: { readonly atMs: number; readonly act: () => unknown }[] = []

  readonly ports: Pick<CorePorts, 'now' | 'sleep'> = {
    // Nothing else takes time, so that waits are exact to the millisecond.
    now: () => this.#beganAtMs + this.passedMs,
    sleep: async (ms, signal) => {
      if (signal.aborted) return
      this.waits.push(ms)
      this.passedMs += ms
      const due = this.#events.filter(({ atMs }) => atMs <= this.passedMs)
      for (const event of due) {
        this.#events.splice(this.#events.indexOf(event), 1)
        await event.act()
      }
    },
  }

  /** Runs `act` once the waits add up to this time. */
  at(atMs: number, act: () => unknown): void {
    this.#events.push({ atMs, act })
  }
}
