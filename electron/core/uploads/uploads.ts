import type { UploadRecord } from '../../contract/commands/uploads.ts'
import type { CommandInput, CommandOutput } from '../../contract/commands.ts'
import type { UploadId } from '../../contract/ids.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { cancelUpload } from './cancel.ts'
import { CleanupQueue } from './cleanup.ts'
import { completeUpload } from './complete.ts'
import { prepareUpload } from './prepare.ts'
import { isPartOf } from './sign.ts'
import { targetOf, type UploadContext, unfinishedRow } from './upload-context.ts'
import { UploadTurns } from './upload-turns.ts'

type Nothing = Record<string, never>

/** What can be done with the uploads in the records; one thing at a time per upload. */
export class Uploads {
  readonly cleanup: CleanupQueue
  readonly #context: UploadContext
  readonly #turns = new UploadTurns()

  constructor(context: UploadContext) {
    this.#context = context
    this.cleanup = new CleanupQueue(context, this.#turns)
  }

  prepare({ uploadId }: CommandInput<'prepareUpload'>) {
    const { records, stores } = this.#context
    return this.#turns.take(uploadId, (signal) => {
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
    const completed = await this.#turns.take(uploadId, (signal) =>
      completeUpload(this.#context, uploadId, signal),
    )
    // The store answers: whatever could not be cleaned up there can be now.
    if (completed.ok) this.cleanup.hurry()
    return completed
  }

  async cancel(uploadId: UploadId): Promise<Outcome<UploadRecord>> {
    this.#turns.interrupt(uploadId)
    const cancelled = await this.#turns.take(uploadId, (signal) =>
      cancelUpload(this.#context, uploadId, signal),
    )
    this.cleanup.remember()
    return cancelled
  }

  record({ uploadId, receipts }: CommandInput<'recordParts'>): Outcome<Nothing> {
    const row = unfinishedRow(this.#context, uploadId)
    if (!row.ok) return row
    const { record, integrity } = row.value
    const { plan } = record
    if (plan === null || integrity === null) return failed({ kind: 'wrong-state' })
    if (!receipts.every((each) => isPartOf(plan, integrity, each))) {
      return failed({ kind: 'wrong-state' })
    }
    this.#context.records.parts.add(uploadId, plan, receipts)
    return succeeded({})
  }

  mark(marks: CommandInput<'markUploads'>['marks']): Outcome<Nothing> {
    const { records, reasons } = this.#context
    records.uploads.mark(marks)
    for (const { uploadId, mark } of marks) {
      // The user wants it to go on, perhaps since something was put right.
      const row = mark.phase === 'waiting' ? records.find(uploadId) : null
      if (row !== null) reasons.forget(row.record.destinationId)
    }
    return succeeded({})
  }

  /** The page tries them again; those that have ended meanwhile are passed over. */
  decide({ uploadIds, decision }: CommandInput<'decideConflict'>) {
    return succeeded({ uploads: this.#context.records.uploads.decide(uploadIds, decision) })
  }

  list({ after, limit }: CommandInput<'listUploads'>): Outcome<CommandOutput<'listUploads'>> {
    const page = this.#context.records.uploads.page(after, limit)
    return page === null ? failed({ kind: 'unknown-id' }) : succeeded(page)
  }

  /**
   * All or none. What a failed upload left on the store is removed in the background; a row that
   * is gone already is no reason to keep the others.
   */
  clear(uploadIds: readonly UploadId[]): Outcome<Nothing> {
    const { records } = this.#context
    const rows = uploadIds.flatMap((uploadId) => records.find(uploadId) ?? [])
    const isLive = rows.some(({ record: { status } }) =>
      ['waiting', 'paused'].includes(status.phase),
    )
    if (isLive) return failed({ kind: 'in-use' })
    for (const { record } of rows) {
      if (record.status.phase === 'failed') records.cancel(record.uploadId)
    }
    records.uploads.clear(rows.map(({ record }) => record.uploadId))
    this.cleanup.start()
    return succeeded({})
  }

  async close(): Promise<void> {
    this.cleanup.close()
    await this.#turns.end()
  }
}
