import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Destination } from '../../electron/contract/commands/destinations.ts'
import type { DestinationDraft } from '../../electron/contract/destination-draft.ts'
import type { CorePorts } from '../../electron/core/ports.ts'
import { readState, writeState } from '../../electron/local-bucket/bucket/state-file.ts'
import { type LocalBucket, openLocalBucket } from '../../electron/local-bucket/local-bucket.ts'
import { aDraft } from '../fakes/a-draft.ts'
import { CoreHarness } from '../fakes/core-harness.ts'

/**
 * The user's bucket, a decoy that accepts the same keys (an attacker's store would accept any), and
 * a core whose keys come from the environment.
 */
export class TwoBuckets {
  readonly user: LocalBucket
  readonly decoy: LocalBucket
  harness: CoreHarness
  readonly #folder: string

  private constructor(folder: string, user: LocalBucket, decoy: LocalBucket, core: CoreHarness) {
    this.#folder = folder
    this.user = user
    this.decoy = decoy
    this.harness = core
  }

  static async open(changes: Partial<CorePorts> = {}): Promise<TwoBuckets> {
    const folder = mkdtempSync(join(tmpdir(), 'ferry-two-buckets-'))
    const user = await openLocalBucket({ folder: join(folder, 'user'), newBucketName: 'user' })
    const decoy = await openedWithKeysOf(folder, user)
    const { accessKeyId, secretAccessKey } = user
    const environment = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
    const harness = await CoreHarness.start({ environment, ...changes })
    return new TwoBuckets(folder, user, decoy, harness)
  }

  /** The draft with which a page points a destination at a bucket. */
  draftFor(bucket: LocalBucket, changes: Partial<DestinationDraft> = {}): DestinationDraft {
    const { endpoint, region } = bucket
    return aDraft({
      ...{ name: 'Mine', endpoint, region, bucket: bucket.bucket, prefix: '' },
      ...{ credentialKind: 'environment', accessKeyId: '', secretAccessKey: '' },
      ...changes,
    })
  }

  async save(bucket: LocalBucket, changes: Partial<DestinationDraft> = {}): Promise<Destination> {
    const draft = this.draftFor(bucket, changes)
    return (await this.harness.must('saveDestination', draft)).destination
  }

  /** The same destination, pointed at another bucket. */
  move({ destinationId }: Destination, bucket: LocalBucket): Promise<Destination> {
    return this.save(bucket, { destinationId })
  }

  async upload(destination: Destination, name: string, bytes: Uint8Array) {
    const { uploadId } = await this.harness.queueBytes(destination, name, bytes)
    await this.harness.prepared(uploadId)
    await this.harness.send(uploadId, bytes, [1])
    return this.harness.must('completeUpload', { uploadId })
  }

  /** Keeps the same keys in the environment. */
  async restart(): Promise<void> {
    this.harness = await this.harness.restart({ environment: this.harness.ports.environment })
  }

  async close(): Promise<void> {
    await this.harness.close()
    await this.user.close()
    await this.decoy.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Created once with keys of its own, then opened again with the other bucket's keys. */
async function openedWithKeysOf(folder: string, { accessKeyId, secretAccessKey }: LocalBucket) {
  const own = join(folder, 'decoy')
  await (await openLocalBucket({ folder: own, newBucketName: 'decoy' })).close()
  const state = readState(own)
  if (state === null) throw new Error('No state of the decoy')
  await writeState(own, { ...state, accessKeyId, secretAccessKey })
  return openLocalBucket({ folder: own })
}
