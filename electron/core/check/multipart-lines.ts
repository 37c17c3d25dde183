import type { Outcome } from '../../contract/outcome.ts'
import { providerOf } from '../../contract/providers/lookup.ts'
import { isDefinite, PLAIN_CHECKSUM } from '../integrity/integrity-probe.ts'
import { abortMultipart } from '../s3/abort-multipart.ts'
import { listParts } from '../s3/list-parts.ts'
import { failedBy, passed, unknown, type Verdict, warnedBy } from './line.ts'
import type { Step, Trial } from './trial.ts'

/** Files longer than a few parts travel so, and nothing else begins one. */
export const multipartLine: Step = async ({ uploads, writing }) => {
  const begun = await uploads.begin(null, writing)
  if (!begun.ok) return failedBy(begun.failure)
  const sent = await uploads.part(begun.value, 1, PLAIN_CHECKSUM, writing)
  return sent.ok ? passed() : failedBy(sent.failure)
}

/** By it uploads go on after a pause, and know before the end that all parts are there. */
export const listPartsLine: Step = async ({ object, uploads, store, reading, lines }) => {
  const storeUploadId = uploads.firstBegun
  const isSent = lines.some(({ step, verdict }) => step === 'multipart' && verdict === 'passed')
  if (storeUploadId === null || !isSent) return unknown()
  const listed = await listParts(store, { key: object.key, storeUploadId }, reading)
  if (!listed.ok) return failedBy(listed.failure)
  return listed.value.some((part) => part.partNumber === 1)
    ? passed()
    : failedBy({ kind: 'answer-unreadable', host: new URL(store.destination.endpoint).host })
}

/** Without it a cancelled upload is paid for until a rule of the bucket removes it. */
export const abortLine: Step = async ({ object, uploads, store, writing }) => {
  const storeUploadId = uploads.firstBegun
  if (storeUploadId === null) return unknown()
  const aborted = await abortMultipart(store, { key: object.key, storeUploadId }, writing)
  return aborted.ok ? passed() : warnedBy(aborted.failure)
}

/** 10,000 is S3's own; others take 1,000. More parts than that would be refused at the end. */
const PART_LIMITS = [10_000, 1_000] as const

export const partLimitLine: Step = async (trial) => {
  const { uploads, writing } = trial
  const begun = await uploads.begin(null, writing)
  if (!begun.ok) return unknown(begun.failure)
  const outcome = await highestNumber(trial, begun.value)
  await uploads.abort(begun.value, writing)
  return outcome
}

async function highestNumber(
  { store, uploads, writing }: Trial,
  uploadId: string,
): Promise<Verdict> {
  const { isPartCountCertain, maxPartCount: most } = providerOf(store.destination.provider)
  let sent: Outcome<unknown> | null = null
  for (const maxPartCount of PART_LIMITS) {
    if (isPartCountCertain && maxPartCount > most) continue
    sent = await uploads.part(uploadId, maxPartCount, PLAIN_CHECKSUM, writing)
    if (sent.ok) return passed({ kind: 'part-limit', maxPartCount })
    if (!isDefinite(sent.failure)) break
  }
  return sent === null || sent.ok ? unknown() : unknown(sent.failure)
}
