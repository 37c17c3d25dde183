import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Destination } from '../../contract/commands/destinations.ts'
import type { HostNotice } from '../../contract/commands/host.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { isDiskFull } from '../../files/disk-full.ts'
import {
  type LocalBucket,
  LocalBucketError,
  openLocalBucket,
} from '../../local-bucket/local-bucket.ts'
import type { CorePorts } from '../ports.ts'
import type { LinksTable } from '../records/links-table.ts'
import type { Destinations } from './destinations.ts'

interface LocalDestinationDeps {
  readonly ports: Pick<CorePorts, 'pageOrigin' | 'log' | 'now'>
  /** Absolute; the folder need not exist. */
  readonly folder: string
  readonly destinations: Destinations
  readonly links: LinksTable
  readonly notices: {
    readonly add: (notice: HostNotice) => void
    readonly localBucketRuns: () => void
  }
}

/** The bucket on this computer: started on first use, and from then on together with Ferry. */
export class LocalDestination {
  readonly #deps: LocalDestinationDeps
  #starting: Promise<Outcome<LocalBucket>> | null = null
  #running: LocalBucket | null = null

  constructor(deps: LocalDestinationDeps) {
    this.#deps = deps
  }

  /** Called when Ferry starts, so that yesterday's links work while Ferry runs. */
  async startIfUsed(): Promise<void> {
    if (this.#deps.destinations.local() === null) return
    const started = await this.isUp()
    if (started.ok) return
    this.#deps.notices.add({ kind: 'local-bucket-stopped', failure: started.failure })
  }

  /** Creates it on the first call; selects it on every call. */
  async use(): Promise<Outcome<Destination>> {
    const started = await this.isUp()
    return started.ok ? succeeded(await this.#put(started.value, true)) : started
  }

  /** Starts it if it does not run. Fails with `local-bucket-unavailable` or `disk-full`. */
  isUp(): Promise<Outcome<LocalBucket>> {
    if (this.#running !== null) return Promise.resolve(succeeded(this.#running))
    this.#starting ??= this.#start().finally(() => {
      this.#starting = null
    })
    return this.#starting
  }

  /** The folder where the user finds the files; null before the bucket was first used. */
  objectsFolder(): string | null {
    return this.#running?.objectsFolder ?? null
  }

  async close(): Promise<void> {
    await this.#starting
    await this.#running?.close()
    this.#running = null
  }

  async #start(): Promise<Outcome<LocalBucket>> {
    const { folder, ports, notices } = this.#deps
    try {
      const bucket = await openLocalBucket({
        folder,
        allowedOrigins: () => [ports.pageOrigin()],
        now: ports.now,
        log: ports.log,
      })
      this.#running = bucket
      await this.#put(bucket, false)
      this.#report(bucket)
      notices.localBucketRuns()
      return succeeded(bucket)
    } catch (error) {
      return failed(this.#failureOf(error))
    }
  }

  #report(bucket: LocalBucket): void {
    const { folder, notices } = this.#deps
    if (bucket.movedFromPort !== null) notices.add({ kind: 'local-bucket-moved' })
    if (bucket.setAside !== null) {
      const movedTo = join(folder, bucket.setAside)
      notices.add({ kind: 'file-set-aside', what: 'local-bucket', movedTo })
    }
  }

  /**
   * Links contain the address and the key that signed them; if either has changed, they are dead.
   */
  #put(bucket: LocalBucket, isSelected: boolean): Promise<Destination> {
    const { destinations, links } = this.#deps
    const former = destinations.local()
    const { endpoint, region, accessKeyId } = bucket
    const credentials = { kind: 'keys' as const, accessKeyId }
    const isReachedAlike =
      former?.endpoint === endpoint && isDeepStrictEqual(former.credentials, credentials)
    if (former !== null && !isReachedAlike) {
      links.dropAll(former.destinationId)
    }
    const fields = { endpoint, region, bucket: bucket.bucket, credentials }
    const select = isSelected || former === null
    return destinations.putLocal(fields, bucket.secretAccessKey, select)
  }

  #failureOf(error: unknown): Failure {
    if (isDiskFull(error)) return { kind: 'disk-full', where: 'local-bucket' }
    if (!(error instanceof LocalBucketError)) throw error
    this.#deps.ports.log.warn(
      { reason: error.reason, why: error.message },
      'The bucket on this computer did not start',
    )
    // Another instance of Ferry holds the folder: for the user that is as good as broken.
    const reason = error.reason === 'in-use' ? 'broken' : error.reason
    return { kind: 'local-bucket-unavailable', reason }
  }
}
