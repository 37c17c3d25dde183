import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import type { FailureKind } from '../../../electron/contract/failure/kinds.ts'
import { type PartPlan, partCountOf } from '../../../electron/contract/part-plan.ts'
import { providerOf } from '../../../electron/contract/providers/lookup.ts'
import { formatBytes, formatCount, formatDay, formatDuration } from '../../design/format.ts'
import type { UploadView } from '../../engine/view/queue-view.ts'

/** Describes the parts that a stopped upload has in the bucket. */
interface KeptText {
  /** 12 of 40 parts (201 MB) are kept */
  readonly words: string
  /** Continues `words`: in the bucket for about 7 days */
  readonly howLong: string
  readonly sentences: readonly string[]
}

const DAY_MS = 24 * 60 * 60 * 1000

/** After these failures the parts are gone, or of no use to the next attempt. */
const NOTHING_KEPT: ReadonlySet<FailureKind> = new Set([
  'upload-gone',
  'object-missing',
  'source-changed',
  'object-differs',
])

/** Removes unfinished uploads after a while. */
interface Removal {
  /** A rule that the connection check saw, or the provider's usual policy. */
  readonly by: 'bucket' | 'store'
  readonly afterDays: number
}

/** Null: nobody removes them, as far as is known. */
export function removalAt({ findings, provider }: Destination): Removal | null {
  const ruleDays = findings?.unfinishedDays ?? null
  if (ruleDays !== null) return { by: 'bucket', afterDays: ruleDays }
  const habitDays = providerOf(provider).unfinishedDays
  return habitDays === null ? null : { by: 'store', afterDays: habitDays }
}

/** Null when nothing is kept: a file that is sent in one PUT arrives completely or not at all. */
export function keptText(
  { phase, failure, record, sentBytes }: UploadView,
  removal: Removal | null,
  nowMs: number,
): KeptText | null {
  if (phase !== 'failed' && phase !== 'needs-you') return null
  if (failure === null || NOTHING_KEPT.has(failure.kind) || record.plan === null) return null
  const count = wholePartsIn(record.plan, sentBytes)
  if (count === 0) return null
  const all = formatCount(partCountOf(record.plan), 'part', 'parts')
  const amount = formatBytes(sentBytes)
  const { howLong, sentence } = keepingText(record.createdAtMs, removal, nowMs)
  return {
    words: `${count} of ${all} (${amount}) are kept`,
    howLong,
    sentences: [
      `The bucket holds ${count} of ${all}, ${amount} of ${formatBytes(record.byteLength)}. When the upload goes on, only the rest is sent.`,
      sentence,
    ],
  }
}

/** The last part is shorter than the others, and counts as one. */
function wholePartsIn(plan: PartPlan, bytes: number): number {
  if (plan.mode === 'single') return 0
  if (bytes >= plan.byteLength) return partCountOf(plan)
  const lastBytes = plan.byteLength % plan.partBytes
  const hasLast = lastBytes > 0 && bytes % plan.partBytes === lastBytes
  return Math.floor(bytes / plan.partBytes) + (hasLast ? 1 : 0)
}

function keepingText(
  createdAtMs: number,
  removal: Removal | null,
  nowMs: number,
): { readonly howLong: string; readonly sentence: string } {
  if (removal === null) {
    return {
      howLong: 'in the bucket',
      sentence:
        'They stay until you cancel the upload or a rule of the bucket removes them, and take up space there.',
    }
  }
  const keptMs = removal.afterDays * DAY_MS
  const endsAtMs = createdAtMs + keptMs
  const daysLeft = Math.ceil((endsAtMs - nowMs) / DAY_MS)
  const remover = removal.by === 'bucket' ? 'A rule of this bucket' : 'This store'
  const rule = `${remover} removes what is left unfinished for about ${formatDuration(keptMs)}`
  if (daysLeft <= 0) {
    return {
      howLong: `if the ${removal.by} has not removed them by now`,
      sentence: `${rule}, so they may be gone; then the file is sent from the start.`,
    }
  }
  return {
    howLong: `in the bucket for about ${formatDuration(daysLeft * DAY_MS)}`,
    sentence: `${rule}; for these parts that is around ${formatDay(endsAtMs, nowMs)}.`,
  }
}
