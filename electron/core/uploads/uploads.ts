import type { PartReceipt, UploadRecord } from '../../contract/commands/uploads.ts'
import type { CommandInput, CommandOutput } from '../../contract/commands.ts'
import type { UploadId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { KeyedMutex } from '../../lib/keyed-mutex.ts'
import { cancelUpload } from './cancel.ts'
import { CleanupQueue } from './cleanup.ts'
import { completeUpload } from './complete.ts'
import { prepareUpload } from './prepare.ts'
import { isPartOf } from './sign.ts'
import { targetOf, type UploadContext, unfinishedRow } from './upload-context.ts'

const LIVE: ReadonlySet<UploadRecord['status']['phase']> = new Set(['waiting', 'paused'])

/** The operations on the uploads in the records, one at a time per upload. */
export class Uploads {
  readonly cleanup: CleanupQueue
  readonly #context: UploadContext
  readonly #mutex = new KeyedMutex<UploadId>()

  constructor(context: UploadContext) {
    this.#context = context
    this.cleanup = new CleanupQueue(context, this.#mutex)
  }

  prepare({ uploadId }: CommandInput<'prepareUpload'>) {
    const { records, stores } = this.#context
    return this.#mutex.run(uploadId, (signal) => {
      const prepare = () => prepareUpload(this.#context, uploadId, signal)
      const row = records.find(uploadId)
      if (row === null) return prepare()
      const { destinationId } = row.record
      return stores.inRightRegion(destinationId, prepare, (from, to) =>
        records.transfers.followTarget(destinationId, targetOf(from), targetOf(to)),
      )
    })
  }

  async complete(uploadId: UploadId): Promise<Outcome<UploadRecord>> {
    const completed = await this.#mutex.run(uploadId, (signal) =>
      completeUpload(this.#context, uploadId, signal),
    )
    // The store answers, so leftovers there can be cleaned up now.
    if (completed.ok) this.cleanup.hurry()
    return completed
  }

  async cancel(uploadId: UploadId): Promise<Outcome<UploadRecord>> {
    this.#mutex.interrupt(uploadId)
    const cancelled = await this.#mutex.run(uploadId, (signal) =>
      cancelUpload(this.#context, uploadId, signal),
    )
    this.cleanup.remember()
    return cancelled
  }

  sync({ receipts, marks, cleared }: CommandInput<'syncUploads'>) {
    const refused = [...this.#record(receipts)]
    this.#mark(marks)
    refused.push(...this.#clear(cleared))
    return succeeded({ refused })
  }

  /** Returns the uploads for which nothing was recorded. */
  #record(receipts: CommandInput<'syncUploads'>['receipts']): readonly UploadId[] {
    const byUpload = Map.groupBy(receipts, ({ uploadId }) => uploadId)
    return [...byUpload].flatMap(([uploadId, each]) => {
      const isRecorded = this.#recordOne(
        uploadId,
        each.map(({ receipt }) => receipt),
      )
      return isRecorded ? [] : [uploadId]
    })
  }

  #recordOne(uploadId: UploadId, receipts: readonly PartReceipt[]): boolean {
    const row = unfinishedRow(this.#context, uploadId)
    if (!row.ok) return false
    const { record, integrity } = row.value
    const { plan } = record
    if (plan === null || integrity === null) return false
    if (!receipts.every((each) => isPartOf(plan, integrity, each))) return false
    this.#context.records.parts.add(uploadId, plan, receipts)
    return true
  }

  #mark(marks: CommandInput<'syncUploads'>['marks']): void {
    const { records, reasons } = this.#context
    if (marks.length > 0) records.uploads.mark(marks)
    for (const { uploadId, mark } of marks) {
      // The user wants it to continue, perhaps because they have fixed something.
      const row = mark.phase === 'waiting' ? records.find(uploadId) : null
      if (row !== null) reasons.forget(row.record.destinationId)
    }
  }

  /** Returns the uploads that were not cleared. The store is cleaned in the background. */
  #clear(uploadIds: readonly UploadId[]): readonly UploadId[] {
    if (uploadIds.length === 0) return []
    const { records } = this.#context
    const rows = uploadIds.flatMap((uploadId) => records.find(uploadId) ?? [])
    const ended = rows.filter(({ record }) => !LIVE.has(record.status.phase))
    for (const { record } of ended) {
      if (record.status.phase === 'failed') records.cancel(record.uploadId)
    }
    records.uploads.clear(ended.map(({ record }) => record.uploadId))
    this.cleanup.start()
    return rows.filter((row) => !ended.includes(row)).map(({ record }) => record.uploadId)
  }

  /** The page tries these uploads again; uploads that have ended meanwhile are skipped. */
  decide({ uploadIds, decision }: CommandInput<'decideConflict'>) {
    return succeeded({ uploads: this.#context.records.uploads.decide(uploadIds, decision) })
  }

  list({ after, limit }: CommandInput<'listUploads'>): Outcome<CommandOutput<'listUploads'>> {
    const page = this.#context.records.uploads.page(after, limit)
    return page === null ? failed({ kind: 'unknown-id' }) : succeeded(page)
  }

  async close(): Promise<void> {
    this.cleanup.close()
    await this.#mutex.close()
  }
}
