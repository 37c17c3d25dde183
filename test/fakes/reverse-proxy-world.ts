import { onTestFinished } from 'vitest'
import type { PutDiagnosis } from '../../electron/contract/commands/uploads.ts'
import type { UploadId } from '../../electron/contract/ids.ts'
import type { CorePorts } from '../../electron/core/ports.ts'
import { type TemporaryBucket, temporaryBucket } from '../local-bucket/temporary-bucket.ts'
import { CoreHarness, PART, someBytes } from './core-harness.ts'
import { leadThrough, ReverseProxy } from './reverse-proxy.ts'
import { TYPED_KEYS } from './typed-keys.ts'

export const PAGE = 'http://127.0.0.1:4321'

export interface ProxiedUpload {
  readonly uploadId: UploadId
  readonly bytes: Uint8Array
}

/** A real core, a real bucket, and a web server between them. */
export class ReverseProxyWorld {
  readonly harness: CoreHarness
  readonly bucket: TemporaryBucket
  readonly proxy: ReverseProxy
  readonly #destination: Awaited<ReturnType<typeof connect>>

  private constructor(
    harness: CoreHarness,
    bucket: TemporaryBucket,
    proxy: ReverseProxy,
    destination: Awaited<ReturnType<typeof connect>>,
  ) {
    this.harness = harness
    this.bucket = bucket
    this.proxy = proxy
    this.#destination = destination
  }

  /** @param allowedOrigins the origins in the bucket's CORS rule. */
  static async start(
    changes: Partial<CorePorts> = {},
    allowedOrigins: readonly string[] = [PAGE],
  ): Promise<ReverseProxyWorld> {
    const bucket = await temporaryBucket({ allowedOrigins })
    onTestFinished(() => bucket.discard())
    const proxy = await ReverseProxy.start()
    onTestFinished(() => proxy.close())
    onTestFinished(leadThrough(proxy))
    const harness = await CoreHarness.start({ pageOrigin: () => PAGE, ...changes })
    onTestFinished(() => harness.close())
    return new ReverseProxyWorld(harness, bucket, proxy, await connect(harness, bucket))
  }

  get destination() {
    return this.#destination
  }

  /** A started upload; files longer than one part are sent in parts. */
  async begin(byteLength: number, name = 'a.bin'): Promise<ProxiedUpload> {
    const bytes = someBytes(byteLength)
    const { uploadId } = await this.harness.queueBytes(this.#destination, name, bytes)
    const partBytes = byteLength > PART ? PART : null
    await this.harness.prepared(uploadId, partBytes)
    // The first upload has probed what the store checks.
    this.proxy.clear()
    return { uploadId, bytes }
  }

  /** A page's PUT; its answer is ignored. */
  async put({ uploadId, bytes }: ProxiedUpload, partNumber = 1): Promise<void> {
    for (const { url, headers, body } of await this.harness.sign(uploadId, bytes, [partNumber])) {
      await fetch(url, { method: 'PUT', headers, body })
        .then((answer) => answer.arrayBuffer())
        .catch(() => undefined)
    }
  }

  diagnose(
    { uploadId }: ProxiedUpload,
    changes: Partial<{
      partNumber: number
      isBodySent: boolean
      seen: 'nothing' | 'too-large'
    }> = {},
  ): Promise<PutDiagnosis> {
    const question = { partNumber: 1, isBodySent: true, seen: 'nothing', ...changes } as const
    return this.harness.must('diagnoseNoResponse', { uploadId, ...question })
  }
}

function connect(harness: CoreHarness, { bucket }: TemporaryBucket) {
  const { endpoint, region, accessKeyId, secretAccessKey } = bucket
  return harness
    .must('saveDestination', {
      ...TYPED_KEYS,
      ...{ destinationId: null, name: '', provider: 'other', prefix: '', pathStyle: true },
      ...{ endpoint, region, bucket: bucket.bucket, accessKeyId, secretAccessKey },
      ...{ sessionToken: '', keepSecret: false },
    })
    .then(({ destination }) => destination)
}
