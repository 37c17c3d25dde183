import {
  inFlightCountOf,
  isAllAcknowledged,
  type PartTable,
  partsReady,
} from '../../engine/machine/part-table.ts'
import type { Upload } from '../../engine/upload.ts'
import type { Candidate } from './schedule.ts'

/** What a row could do with slots; nothing, unless it is sending. */
export function candidatesFrom(row: Upload, slots: number): readonly Candidate<Upload>[] {
  const { state } = row
  if (state.phase !== 'sending' || isAllAcknowledged(state.ledger)) return []
  const inFlightCount = inFlightCountOf(state.ledger)
  const ready = startable(row, state.ledger, Math.max(0, slots - inFlightCount))
  const { destinationId } = row.record
  return [{ upload: row, destinationId, inFlightCount, servedAt: row.servedAt, ready }]
}

/** Hashing takes no slot, so what is not summed up yet gets none. New parts keep their order. */
function startable(row: Upload, ledger: PartTable, freeSlots: number): readonly number[] {
  const ready = partsReady(ledger, freeSlots)
  const stock = row.run?.prefetch ?? null
  // Without a file there is nothing to get ready; whoever sends the part will say so.
  if (stock === null) return ready
  const at = ready.findIndex((each) => each >= ledger.nextUnsent && !stock.isReady(each))
  return ready.slice(0, at < 0 ? ready.length : at).filter((each) => stock.isReady(each))
}
