import type { Outcome } from '../../../contract/outcome.ts'
import { bodyLengthsOf } from '../../../contract/part-plan.ts'
import { providerOf } from '../../../contract/providers/lookup.ts'
import { isDefinite, PLAIN_CHECKSUM } from '../../integrity/integrity-probe.ts'
import { probeEveryChecksum } from '../../integrity/store-integrity.ts'
import { abortMultipart } from '../../s3/abort-multipart.ts'
import { goesDirectly } from '../../s3/http/node-http.ts'
import { listParts } from '../../s3/list-parts.ts'
import { objectFields } from '../../s3/put-headers.ts'
import { corsPageOf } from '../cors-probe.ts'
import { PROBE_FILE } from '../probe-object.ts'
import { type PutProbeResult, PutProbes } from '../put-probes.ts'
import {
  type CheckContext,
  failedBy,
  failureIn,
  hiddenAnswer,
  passed,
  type StepCheck,
  type StepResult,
  sentAlgorithm,
  unknown,
  warned,
  warnedBy,
} from '../step.ts'

/** Files longer than a few parts are sent as multipart uploads. */
export const checkMultipart: StepCheck = async ({ uploads, writing }) => {
  const begun = await uploads.begin(null, writing)
  if (!begun.ok) return failedBy(begun.failure)
  const sent = await uploads.part(begun.value, 1, PLAIN_CHECKSUM, writing)
  return sent.ok ? passed() : failedBy(sent.failure)
}

/** Lets uploads continue after a pause, and verifies before the end that all parts are there. */
export const checkListParts: StepCheck = async ({ object, uploads, store, reading, lines }) => {
  const storeUploadId = uploads.firstBegun
  const isSent = lines.some(({ step, verdict }) => step === 'multipart' && verdict === 'passed')
  if (storeUploadId === null || !isSent) return unknown()
  const listed = await listParts(store, { key: object.key, storeUploadId }, reading)
  if (!listed.ok) return failedBy(listed.failure)
  return listed.value.some((part) => part.partNumber === 1)
    ? passed()
    : failedBy({ kind: 'answer-unreadable', host: new URL(store.destination.endpoint).host })
}

/** Without it, a cancelled upload costs money until a rule of the bucket removes it. */
export const checkAbort: StepCheck = async ({ object, uploads, store, writing }) => {
  const storeUploadId = uploads.firstBegun
  if (storeUploadId === null) return unknown()
  const aborted = await abortMultipart(store, { key: object.key, storeUploadId }, writing)
  return aborted.ok ? passed() : warnedBy(aborted.failure)
}

/**
 * S3's own limit is 10,000; other stores accept 1,000. A file with more parts is refused at the
 * end.
 */
const PART_LIMITS = [10_000, 1_000] as const

export const checkPartLimit: StepCheck = async (trial) => {
  const { uploads, writing } = trial
  const begun = await uploads.begin(null, writing)
  if (!begun.ok) return unknown(begun.failure)
  const outcome = await highestNumber(trial, begun.value)
  await uploads.abort(begun.value, writing)
  return outcome
}

async function highestNumber(
  { store, uploads, writing }: CheckContext,
  uploadId: string,
): Promise<StepResult> {
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

/**
 * Finds the checksums that the store really verifies by sending a wrong one and a right one of
 * each.
 */
export const checkChecksums: StepCheck = async ({ uploads, writing }) => {
  const found = await probeEveryChecksum(uploads, writing)
  if (!found.ok) return unknown(found.failure)
  if (found.value === 'hidden') return unknown()
  const verified = [...found.value]
  const finding = { kind: 'checksums' as const, verified }
  return verified.length > 0 ? passed(finding) : warned(finding)
}

/** The user waits; a slower connection proves nothing. */
const SLOW_MS = 20_000

/**
 * Sends a part of zeros, as long as uploads send it: a proxy in front of the store often has its
 * own limit. The longest possible body, a whole file in one PUT, is only announced.
 */
export const checkPartSize: StepCheck = async (trial) => {
  const hasParts = trial.lines.some(({ step, verdict }) => {
    return step === 'multipart' && verdict === 'passed'
  })
  if (!hasParts) return unknown()
  const { rules, provider } = trial.store.destination
  const { usualPartBytes } = providerOf(provider)
  const { partBytes, singleBytes } = bodyLengthsOf({ ...rules, usualPartBytes })
  const slow = AbortSignal.timeout(SLOW_MS)
  const canExpect = await goesDirectly(trial.ports, new URL(trial.store.destination.endpoint))
  const trials = partProbes(trial, canExpect, AbortSignal.any([trial.reading, slow]))
  const part = await trials.part(partBytes)
  if (part.kind === 'silent' && slow.aborted) {
    return { verdict: 'unknown', finding: { kind: 'part-size', byteLength: partBytes }, fix: null }
  }
  if (part.kind !== 'taken' || isHiddenNews(trial, part)) return resultOf(trial, part)
  const canAnnounce = canExpect && singleBytes > partBytes
  const longest = canAnnounce ? await trials.part(singleBytes, 'headers') : null
  return longest?.kind === 'refused'
    ? resultOf(trial, longest)
    : passed({ kind: 'part-size', byteLength: partBytes })
}

function partProbes(trial: CheckContext, canExpect: boolean, signal: AbortSignal): PutProbes {
  const { store, ports, lines } = trial
  const options = {
    origin: ports.isCorsHandled ? null : ports.pageOrigin(),
    canExpect,
    fields: objectFields(store.destination.rules, PROBE_FILE),
    algorithm: sentAlgorithm(lines),
    mayWriteObject: false,
  }
  return new PutProbes(trial, options, signal)
}

/** If an earlier line has said why the page is blocked, this line does not repeat it. */
function isHiddenNews({ lines }: CheckContext, tried: PutProbeResult): boolean {
  const cors = lines.find(({ step }) => step === 'cors')
  return (
    tried.kind === 'taken' && tried.isHidden && (cors === undefined || failureIn(cors) === null)
  )
}

function resultOf(trial: CheckContext, tried: PutProbeResult): StepResult {
  switch (tried.kind) {
    case 'taken':
      return hiddenAnswer(trial, {
        kind: 'answer-hidden',
        origin: corsPageOf(trial.ports).allowedOrigin,
      })
    case 'silent':
      return unknown(tried.failure)
    case 'refused': {
      const isPassing = tried.failure.kind === 'throttled' || tried.failure.kind === 'server-error'
      return isPassing ? unknown(tried.failure) : failedBy(tried.failure)
    }
  }
}
