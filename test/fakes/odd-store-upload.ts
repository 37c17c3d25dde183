import type { UploadId } from '../../electron/contract/ids.ts'
import { CoreHarness, PART, someBytes } from './core-harness.ts'
import { OddStore } from './odd-store.ts'
import { StubStore } from './stub-store.ts'
import { TYPED_KEYS } from './typed-keys.ts'

/** A file of two parts. */
export const ODD_BYTES = someBytes(2 * PART)

/** One upload from a real core to a store with manners of its own. */
export class OddStoreUpload {
  readonly store: OddStore
  readonly stub: StubStore
  harness: CoreHarness
  readonly uploadId: UploadId

  private constructor(stub: StubStore, store: OddStore, harness: CoreHarness, uploadId: UploadId) {
    this.store = store
    this.stub = stub
    this.harness = harness
    this.uploadId = uploadId
  }

  static async start(): Promise<OddStoreUpload> {
    const store = new OddStore()
    const stub = await StubStore.start(store.answer)
    const harness = await CoreHarness.start()
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
      // A restart must not forget it.
      keepSecret: true,
    })
    const { uploadId } = await harness.queueBytes(destination, 'a.bin', ODD_BYTES)
    return new OddStoreUpload(stub, store, harness, uploadId)
  }

  /** Both parts are there. */
  async sendAll(): Promise<void> {
    await this.prepare(PART)
    await this.harness.send(this.uploadId, ODD_BYTES, [1, 2])
  }

  prepare(partBytes: number | null = null) {
    return this.harness.must('prepareUpload', { uploadId: this.uploadId, partBytes })
  }

  complete() {
    return this.harness.ask('completeUpload', { uploadId: this.uploadId })
  }

  async restart(): Promise<void> {
    this.harness = await this.harness.restart()
  }

  async close(): Promise<void> {
    await this.harness.close()
    await this.stub.close()
  }
}
