import { randomUUID } from 'node:crypto'
import { PutBucketVersioningCommand } from '@aws-sdk/client-s3'
import type { CheckId, CheckReport, CheckStep } from '../../../electron/contract/commands/checks.ts'
import type { DestinationDraft } from '../../../electron/contract/destination-draft.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import type { CorePorts } from '../../../electron/core/ports.ts'
import { CoreHarness } from '../../fakes/core-harness.ts'
import { type Answer, StubStore } from '../../fakes/stub-store.ts'
import { TYPED_KEYS } from '../../fakes/typed-keys.ts'
import { type TemporaryBucket, temporaryBucket } from '../../local-bucket/temporary-bucket.ts'
import { withClient } from './bucket-view.ts'

/** The name of a single start; the rule allows those of every start. */
export const PAGE = 'http://k3v9.localhost:4321'
export const ALLOWED = 'http://*.localhost:4321'

/** Ferry with its page at `PAGE`, and somebody else's bucket that allows the page. */
export class CheckWorld {
  readonly harness: CoreHarness
  readonly other: TemporaryBucket
  readonly #storeTime: { aheadMs: number }
  readonly #stubs: StubStore[] = []

  private constructor(
    harness: CoreHarness,
    other: TemporaryBucket,
    storeTime: { aheadMs: number },
  ) {
    this.#storeTime = storeTime
    this.harness = harness
    this.other = other
  }

  static async start(
    changes: Partial<CorePorts> = {},
    allowedOrigins: readonly string[] = [PAGE],
  ): Promise<CheckWorld> {
    const storeTime = { aheadMs: 0 }
    const now = () => Date.now() + storeTime.aheadMs
    const other = await temporaryBucket({ allowedOrigins, now })
    const harness = await CoreHarness.start({
      pageOrigin: () => PAGE,
      corsOrigin: () => ALLOWED,
      ...changes,
    })
    return new CheckWorld(harness, other, storeTime)
  }

  /** Moves the store's clock ahead by this much from now on. */
  set agedMs(aheadMs: number) {
    this.#storeTime.aheadMs = aheadMs
  }

  async close(): Promise<void> {
    await this.harness.close()
    for (const stub of this.#stubs) await stub.close()
    await this.other.discard()
  }

  /** A form filled in for the other bucket. */
  draft(changes: Partial<DestinationDraft> = {}): DestinationDraft {
    const { endpoint, region, bucket, accessKeyId, secretAccessKey } = this.other.bucket
    return {
      ...TYPED_KEYS,
      ...{ destinationId: null, name: '', provider: 'other', prefix: 'in', pathStyle: true },
      ...{ endpoint, region, bucket, accessKeyId, secretAccessKey },
      ...{ sessionToken: '', keepSecret: false },
      ...changes,
    }
  }

  ask(
    changes: Partial<DestinationDraft> = {},
    checkId = newCheckId(),
  ): Promise<Outcome<CheckReport>> {
    return this.harness.ask('checkDestination', { checkId, draft: this.draft(changes) })
  }

  async check(changes: Partial<DestinationDraft> = {}): Promise<CheckReport> {
    const outcome = await this.ask(changes)
    if (!outcome.ok) throw new Error(`The check answered ${JSON.stringify(outcome.failure)}`)
    return outcome.value
  }

  async setVersioning(Status: 'Enabled' | 'Suspended'): Promise<void> {
    await withClient(this.other, (client, Bucket) =>
      client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } })),
    )
  }

  async checkStub(answer: Answer, changes: Partial<DestinationDraft> = {}) {
    const stub = await this.stub(answer)
    return { stub, report: await this.check({ endpoint: stub.endpoint, ...changes }) }
  }

  async stub(answer: Answer): Promise<StubStore> {
    const stub = await StubStore.start(answer)
    this.#stubs.push(stub)
    return stub
  }
}

export function newCheckId(): CheckId {
  return randomUUID() as CheckId
}

/** `put failed access-denied`, without steps that passed or are unknown. */
export function troubles({ lines }: CheckReport): string[] {
  return lines.flatMap(({ step, verdict, finding }) => {
    if (verdict !== 'failed' && verdict !== 'warned') return []
    const what = finding?.kind === 'failure' ? finding.failure.kind : finding?.kind
    return [`${step} ${verdict} ${what}`]
  })
}

export function unknown({ lines }: CheckReport): CheckStep[] {
  return lines.filter((line) => line.verdict === 'unknown').map((line) => line.step)
}

export function lineOf({ lines }: CheckReport, step: CheckStep) {
  const line = lines.find((each) => each.step === step)
  if (line === undefined) throw new Error(`No line ${step}`)
  return line
}

export function findingOf(report: CheckReport, step: CheckStep) {
  return lineOf(report, step).finding
}
