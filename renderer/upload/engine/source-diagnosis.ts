import type { UploadRecord } from '../../../electron/contract/commands/uploads.ts'
import type { Failure, FailureKind } from '../../../electron/contract/failure/kinds.ts'
import type { UploadControl } from './ports.ts'

/** The page gives these failures for a file that it cannot read, whatever is in the way. */
const AMBIGUOUS_KINDS: ReadonlySet<FailureKind> = new Set([
  'source-unreadable',
  'source-changed',
  // The host's answer broke off, because the host is gone or its reading was.
  'host-gone',
])

/** Only the host finds these out. */
const HOST_KINDS: ReadonlySet<FailureKind> = new Set(['source-unreadable', 'source-in-cloud'])

/** True: the host may know more, since it sees the file. */
export function isSourceFailureDiagnosable({ kind }: Failure, record: UploadRecord): boolean {
  return AMBIGUOUS_KINDS.has(kind) && record.isSourceDurable && record.sourceId !== null
}

/** The host's reason in the place of the page's, if it has one. */
export async function diagnoseSourceFailure(
  { diagnoseSource }: Pick<UploadControl, 'diagnoseSource'>,
  record: UploadRecord,
  failure: Failure,
): Promise<Failure> {
  const { sourceId } = record
  if (sourceId === null || !isSourceFailureDiagnosable(failure, record)) return failure
  const answer = await diagnoseSource(sourceId)
  const reason = answer.ok ? answer.value : null
  return reason !== null && HOST_KINDS.has(reason.kind) ? reason : failure
}
