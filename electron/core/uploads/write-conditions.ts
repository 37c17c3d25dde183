import type { Destination } from '../../contract/commands/destinations.ts'
import type { PartPlan } from '../../contract/part-plan.ts'
import type { UploadRow } from '../records/upload-row.ts'

/** By which a store is told to write only where nothing is. */
export const CONDITION_HEADER = 'if-none-match'

/** Ferry's own bucket does; of another store the connection check has seen it. */
export function honorsConditions(
  { kind, findings }: Pick<Destination, 'kind' | 'findings'>,
  mode: PartPlan['mode'],
): boolean {
  if (kind === 'local') return true
  const honour = mode === 'single' ? findings?.conditionalPut : findings?.conditionalComplete
  return honour === 'honoured'
}

export function conditionHeader({ guard }: UploadRow): Record<string, string> {
  return guard === 'condition' ? { [CONDITION_HEADER]: '*' } : {}
}

/** The same as a field of a request. */
export function conditionField({ guard }: UploadRow): { readonly IfNoneMatch?: '*' } {
  return guard === 'condition' ? { IfNoneMatch: '*' } : {}
}
