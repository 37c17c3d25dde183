import type { ChecksumAlgorithm } from '../../electron/contract/checksum.ts'
import type {
  PartReceipt,
  PartToSign,
  PutDiagnosis,
  SignedPart,
  UploadMark,
  UploadRecord,
} from '../../electron/contract/commands/uploads.ts'
import type { CommandInput } from '../../electron/contract/commands.ts'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import type { DestinationId, UploadId } from '../../electron/contract/ids.ts'
import { USUAL_PART_BYTES } from '../../electron/contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../electron/contract/outcome.ts'
import { type PartPlan, partCountOf, rangeOfPart } from '../../electron/contract/part-plan.ts'
import { type PlanLimits, planParts } from '../../electron/core/uploads/rules/plan-parts.ts'
import type {
  Clock,
  PartBody,
  PartSending,
  PartTransport,
  UploadControl,
} from '../../renderer/engine/ports.ts'
import { fakeChecksum, textOf } from './fake-source.ts'
import {
  type CallName,
  type Fault,
  FaultScript,
  type Meant,
  shortName,
  type Target,
} from './fault-script.ts'

interface StoredPart {
  readonly etag: string
  readonly byteLength: number
  readonly checksum: string
  /** The text of the body. */
  readonly text: string
}

interface StoredUpload {
  record: UploadRecord
  plan: PartPlan | null
  parts: Map<number, StoredPart>
  isComplete: boolean
}

interface PutCall {
  readonly uploadId: UploadId
  readonly partNumber: number
  readonly startedAtMs: number
}

interface Issued extends PartToSign {
  readonly uploadId: UploadId
  readonly expiresAtMs: number
}

/** The validity of a signature. */
const SIGNED_MS = 15 * 60_000

type PlanRules = Pick<PlanLimits, 'partBytes' | 'bytesPerSecond'>

const AUTOMATIC: PlanRules = { partBytes: null, bytesPerSecond: null }

/**
 * A host and a store in one: stores what S3 would store, follows a script of faults, and throws on
 * anything that a correct client never does. Moves `bytesPerMs` per request.
 */
export class FakeStore {
  readonly #clock: Clock
  readonly #uploads = new Map<UploadId, StoredUpload>()
  readonly #script = new FaultScript()
  readonly #issued = new Map<string, Issued>()
  readonly #underWay = new Set<string>()
  /** The host runs one command at a time per upload. */
  readonly #turns = new Map<UploadId, Promise<unknown>>()
  #serial = 0
  bytesPerMs = 100_000
  /** All requests, in order: `prepare 1`, `put 1/3`. */
  readonly calls: string[] = []
  /** Every PUT that was started. */
  readonly puts: PutCall[] = []
  mostPutsAtOnce = 0
  readonly marks: { readonly uploadId: UploadId; readonly mark: UploadMark }[] = []
  readonly recorded = new Map<UploadId, number[]>()
  readonly receipts: (PartReceipt & { readonly uploadId: UploadId })[] = []
  /** True: the host does not respond. */
  isHostGone = false
  /** True: the store does not respond. */
  isDown = false
  /** The host's diagnosis of an unanswered PUT whose part is not on the store. */
  noResponseReason: Failure | null = null
  /** Whether the host may list the parts. */
  mayLook = true
  /** Whether the store responds to the host, as far as a PUT shows it. */
  isReached = true
  /** True: the page cannot read the store's answers. */
  hidesAnswers = false
  /** Every diagnosis that was requested for an unanswered PUT. */
  readonly questions: CommandInput<'diagnoseNoResponse'>[] = []
  /** The host's diagnosis of a refused signature. */
  signatureReason: Failure | null = null
  /** The host's reason why the page cannot read a file. */
  sourceReason: Failure | null = null
  maxPartCount = 10_000
  rulesOf: (destinationId: DestinationId) => PlanRules = () => AUTOMATIC
  algorithm: ChecksumAlgorithm = 'crc64nvme'
  /** False: the store accepts any body. */
  checksBodies = true
  /** Whether the host can confirm that the file is unchanged. */
  isUnwritten = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Adds a record as the host would have created it. */
  add(record: UploadRecord): UploadRecord {
    this.#uploads.set(record.uploadId, {
      record,
      plan: record.plan,
      parts: new Map(),
      isComplete: record.status.phase === 'done',
    })
    return record
  }

  /** Stores these parts as if an earlier run had sent them. */
  storeParts(uploadId: UploadId, plan: PartPlan, partNumbers: readonly number[]): void {
    const upload = this.#upload(uploadId)
    upload.plan = plan
    for (const partNumber of partNumbers) {
      const { start, end } = rangeOfPart(plan, partNumber)
      const text = `${start}-${end}`
      const etag = `"${partNumber}"`
      upload.parts.set(partNumber, {
        etag,
        byteLength: end - start,
        checksum: fakeChecksum(text),
        text,
      })
    }
  }

  /** Stores other bytes as if an earlier attempt had sent them. */
  storeOtherBytes(uploadId: UploadId, plan: PartPlan, partNumber: number): void {
    this.storeParts(uploadId, plan, [partNumber])
    const part = this.#upload(uploadId).parts.get(partNumber)
    const checksum = fakeChecksum('other bytes')
    if (part !== undefined) this.#upload(uploadId).parts.set(partNumber, { ...part, checksum })
  }

  fail(call: CallName, failure: Failure, times = 1, isMeant: Meant = () => true): this {
    for (let time = 0; time < times; time += 1) {
      this.script(call, { kind: 'refuse', failure }, isMeant)
    }
    return this
  }

  script(call: CallName, fault: Fault, isMeant: Meant = () => true): this {
    this.#script.add(call, fault, isMeant)
    return this
  }

  /** The parts on the store, including those of completed uploads. */
  partsOf(uploadId: UploadId): readonly number[] {
    return [...this.#upload(uploadId).parts.keys()].sort((one, other) => one - other)
  }

  /** The texts of its parts, in order. */
  textsOf(uploadId: UploadId): readonly string[] {
    const parts = [...this.#upload(uploadId).parts].sort(([one], [other]) => one - other)
    return parts.map(([, { text }]) => text)
  }

  /** The checksums with which its parts were sent, in order. */
  checksums(uploadId: UploadId): readonly string[] {
    const parts = [...this.#upload(uploadId).parts].sort(([one], [other]) => one - other)
    return parts.map(([, { checksum }]) => checksum)
  }

  /** The checksums that the host received with the receipts, in the order of their parts. */
  recordedChecksums(uploadId: UploadId): readonly string[] {
    return this.receipts
      .filter((receipt) => receipt.uploadId === uploadId)
      .sort((one, other) => one.partNumber - other.partNumber)
      .map(({ checksum }) => checksum)
  }

  isComplete(uploadId: UploadId): boolean {
    return this.#upload(uploadId).isComplete
  }

  recordOf(uploadId: UploadId): UploadRecord {
    return this.#upload(uploadId).record
  }

  /** Forgets the multipart upload, as a lifecycle rule would. */
  loseUpload(uploadId: UploadId): void {
    this.#upload(uploadId).parts.clear()
    this.fail('put', { kind: 'upload-gone' }, 1, (call) => call.uploadId === uploadId)
  }

  readonly control: UploadControl = {
    prepareUpload: async ({ uploadId }) => {
      const prepared = await this.#inTurn('prepare', uploadId, () => {
        const upload = this.#upload(uploadId)
        const planned = this.#planOf(upload)
        if (!planned.ok) return planned
        upload.plan = planned.value
        const held = upload.plan.mode === 'single' ? [] : [...upload.parts]
        return succeeded({
          plan: upload.plan,
          algorithm: this.algorithm,
          held: held.map(([partNumber, { etag, byteLength: length, checksum }]) => ({
            partNumber,
            etag,
            byteLength: length,
            checksum,
          })),
          isComplete: upload.isComplete,
        })
      })
      return prepared.ok ? prepared.value : prepared
    },
    signParts: ({ uploadId, parts }) =>
      this.#answer('sign', { uploadId, partNumber: parts[0]?.partNumber ?? 0 }, () =>
        parts.map((part) => this.#sign(uploadId, part)),
      ),
    checkSource: ({ uploadId }) =>
      this.#answer('checkSource', { uploadId, partNumber: 0 }, () => ({
        isUnwritten: this.isUnwritten,
      })),
    diagnoseNoResponse: (put) => {
      this.questions.push(put)
      const { uploadId, partNumber } = put
      return this.#answer('diagnoseNoResponse', { uploadId, partNumber }, () =>
        this.#diagnose(uploadId, partNumber),
      )
    },
    diagnoseSignature: ({ uploadId }) =>
      this.#answer('diagnoseSignature', { uploadId, partNumber: 0 }, () => ({
        failure: this.signatureReason,
      })),
    diagnoseSource: async () => {
      if (this.isHostGone) return failed({ kind: 'host-gone' })
      this.calls.push('diagnoseSource')
      return succeeded({ failure: this.sourceReason })
    },
    completeUpload: ({ uploadId }) =>
      this.#inTurn('complete', uploadId, () => this.#complete(uploadId)),
    cancelUpload: async ({ uploadId }) => {
      const cancelled = await this.#inTurn('cancel', uploadId, () => this.#cancel(uploadId))
      if (!cancelled.ok) return cancelled
      return cancelled.value === null ? failed({ kind: 'wrong-state' }) : succeeded(cancelled.value)
    },
    syncUploads: (changes) => this.#sync(changes),
  }

  readonly transport: PartTransport = {
    putPart: (part, body, sending) => this.#put(part, body, sending),
  }

  /** One call, in which every kind of change of every upload has its own name and faults. */
  async #sync({ receipts, marks, cleared }: CommandInput<'syncUploads'>) {
    const answers = await Promise.all([
      ...[...Map.groupBy(receipts, ({ uploadId }) => uploadId)].map(([uploadId, each]) =>
        this.#answer('record', { uploadId, partNumber: 0 }, () => {
          for (const { receipt } of each) this.#record(uploadId, receipt)
        }),
      ),
      ...marks.map(({ uploadId, mark }) =>
        this.#answer('mark', { uploadId, partNumber: 0 }, () => this.#mark(uploadId, mark)),
      ),
      ...cleared.map((uploadId) =>
        this.#answer('clear', { uploadId, partNumber: 0 }, () => {
          this.#uploads.delete(uploadId)
        }),
      ),
    ])
    const [failure] = answers.flatMap((answer) => (answer.ok ? [] : [answer.failure]))
    return failure === undefined ? succeeded({ refused: [] }) : failed(failure)
  }

  #record(uploadId: UploadId, receipt: PartReceipt): void {
    this.receipts.push({ ...receipt, uploadId })
    const numbers = this.recorded.get(uploadId) ?? []
    this.recorded.set(uploadId, [...numbers, receipt.partNumber])
  }

  #mark(uploadId: UploadId, mark: UploadMark): void {
    this.marks.push({ uploadId, mark })
    const upload = this.#upload(uploadId)
    upload.record = { ...upload.record, status: mark }
  }

  #upload(uploadId: UploadId): StoredUpload {
    const upload = this.#uploads.get(uploadId)
    if (upload === undefined) throw new Error(`The store knows no upload ${uploadId}`)
    return upload
  }

  #sign(uploadId: UploadId, part: PartToSign): SignedPart {
    this.#serial += 1
    const url = `https://store.test/object?signature=${this.#serial}`
    const expiresAtMs = this.#clock.now() + SIGNED_MS
    this.#issued.set(url, { ...part, uploadId, expiresAtMs })
    return {
      partNumber: part.partNumber,
      url,
      headers: {},
      expiresAtMs,
      bucket: 'files',
      isLocal: false,
    }
  }

  #diagnose(uploadId: UploadId, partNumber: number): PutDiagnosis {
    const part = this.mayLook ? this.#upload(uploadId).parts.get(partNumber) : undefined
    if (this.isDown || !this.isReached) return { kind: 'unexplained', isStoreReached: false }
    if (part !== undefined) {
      const { etag, checksum } = part
      const isAnswerHidden = this.hidesAnswers
      return { kind: 'acknowledged', receipt: { partNumber, etag, checksum }, isAnswerHidden }
    }
    return this.noResponseReason === null
      ? { kind: 'unexplained', isStoreReached: true }
      : { kind: 'refused', failure: this.noResponseReason }
  }

  #complete(uploadId: UploadId): UploadRecord {
    const upload = this.#upload(uploadId)
    const { plan, parts, record } = upload
    if (plan === null) throw new Error('Completed before it was prepared')
    if (!upload.isComplete && parts.size !== partCountOf(plan)) {
      throw new Error(`Completed with ${parts.size} of ${partCountOf(plan)} parts`)
    }
    upload.isComplete = true
    const finishedAtMs = this.#clock.now()
    upload.record = {
      ...record,
      status: { phase: 'done', finishedAtMs, etag: '"whole"', proof: null },
    }
    return upload.record
  }

  /** Null: it is already complete. */
  #cancel(uploadId: UploadId): UploadRecord | null {
    const upload = this.#upload(uploadId)
    if (upload.isComplete) return null
    upload.parts.clear()
    upload.record = {
      ...upload.record,
      status: { phase: 'cancelled', storeIsClean: true, why: 'person' },
    }
    return upload.record
  }

  /** Plans like the host: by the destination's rules, once. */
  #planOf({ plan, record }: StoredUpload): Outcome<PartPlan> {
    if (plan !== null) return succeeded(plan)
    const rules = this.rulesOf(record.destinationId)
    const store = { maxPartCount: this.maxPartCount, usualPartBytes: USUAL_PART_BYTES }
    return planParts(record.byteLength, { ...rules, ...store })
  }

  #inTurn<T>(call: CallName, uploadId: UploadId, act: () => T): Promise<Outcome<T>> {
    const before = this.#turns.get(uploadId) ?? Promise.resolve()
    const answer = this.#answer(call, { uploadId, partNumber: 0 }, act, before)
    this.#turns.set(uploadId, answer)
    return answer
  }

  async #put(
    part: SignedPart,
    body: PartBody,
    { signal, onSent }: PartSending,
  ): Promise<Outcome<{ readonly etag: string }>> {
    const issued = this.#issued.get(part.url)
    if (issued === undefined) throw new Error('A signature was used twice, or made up')
    this.#issued.delete(part.url)
    const { uploadId, partNumber } = issued
    signal.throwIfAborted()
    const place = `${uploadId} ${partNumber}`
    if (this.#underWay.has(place)) throw new Error(`Part ${partNumber} is sent twice at once`)
    this.#underWay.add(place)
    this.puts.push({ uploadId, partNumber, startedAtMs: this.#clock.now() })
    this.mostPutsAtOnce = Math.max(this.mostPutsAtOnce, this.#underWay.size)
    signal.addEventListener('abort', () => this.#underWay.delete(place), { once: true })
    try {
      return await this.#answer(
        'put',
        { uploadId, partNumber },
        async (isHeld, isLost) => {
          if (!isHeld) await this.#move(body.byteLength, signal, onSent)
          if (isLost) return { etag: '' }
          if (this.#clock.now() > issued.expiresAtMs) throw new ExpiredPut()
          return { etag: this.#store(issued, body) }
        },
        Promise.resolve(),
        signal,
      )
    } catch (error) {
      if (error instanceof ExpiredPut) return failed({ kind: 'url-expired' })
      if (error instanceof CorruptedPut) return failed({ kind: 'body-corrupted' })
      throw error
    } finally {
      this.#underWay.delete(place)
    }
  }

  #store({ uploadId, partNumber, checksum }: Issued, body: PartBody): string {
    const text = textOf(body)
    if (this.checksBodies && fakeChecksum(text) !== checksum) throw new CorruptedPut()
    const etag = `"${partNumber}"`
    const { byteLength } = body
    this.#upload(uploadId).parts.set(partNumber, { etag, byteLength, checksum, text })
    return etag
  }

  async #move(
    byteLength: number,
    signal: AbortSignal,
    onSent: (sentBytes: number) => void,
  ): Promise<void> {
    for (const quarter of [1, 2, 3, 4]) {
      await this.#clock.sleep(byteLength / 4 / this.bytesPerMs, signal)
      if (this.isDown) await this.#clock.sleep(Number.MAX_SAFE_INTEGER, signal)
      onSent(Math.floor((byteLength * quarter) / 4))
    }
  }

  async #answer<T>(
    call: CallName,
    target: Target,
    act: (isHeld: boolean, isLost: boolean) => T | Promise<T>,
    before: Promise<unknown> = Promise.resolve(),
    signal: AbortSignal = new AbortController().signal,
  ): Promise<Outcome<T>> {
    this.calls.push(`${call} ${shortName(target)}`)
    if (call !== 'put' && this.isHostGone) return failed({ kind: 'host-gone' })
    const needsStore = call === 'put' || call === 'prepare' || call === 'complete'
    if (needsStore && this.isDown) return failed({ kind: 'no-response' })
    const fault = this.#script.take(call, target)
    await before
    if (fault?.kind === 'refuse') return failed(fault.failure)
    if (fault?.kind === 'refuse-late') {
      await fault.until
      return failed(fault.failure)
    }
    if (fault?.kind === 'hang') await this.#clock.sleep(Number.MAX_SAFE_INTEGER, signal)
    if (fault?.kind === 'hold' || fault?.kind === 'lose-answer') await fault.until
    if (fault?.kind === 'hang-at-end') return this.#neverAnswer(act, signal)
    const value = await act(fault?.kind === 'hold', fault?.kind === 'swallow')
    const isAnswerLost = fault?.kind === 'lose-answer' || fault?.kind === 'swallow'
    return isAnswerLost ? failed(fault.failure) : succeeded(value)
  }

  async #neverAnswer<T>(
    act: (isHeld: boolean, isLost: boolean) => T | Promise<T>,
    signal: AbortSignal,
  ): Promise<never> {
    await act(false, false)
    await this.#clock.sleep(Number.MAX_SAFE_INTEGER, signal)
    throw new Error('The end of time')
  }
}

class ExpiredPut extends Error {}
class CorruptedPut extends Error {}
