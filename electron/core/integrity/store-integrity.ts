import { ChecksumAlgorithm, type StoreIntegrity } from '../../contract/checksum.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { SingleFlight } from '../../lib/single-flight.ts'
import type { Log } from '../ports.ts'
import type { BucketAddress } from '../s3/bucket-url.ts'
import type { S3Store } from '../s3/request.ts'
import { IntegrityProbe, isDefinite, probeChecksum, probeKeyBelow } from './integrity-probe.ts'

/** `hidden`: these access keys, or this store, do not let us find out. */
type FoundIntegrity = StoreIntegrity | 'hidden'

/**
 * The first checksum for which the store refuses a wrong value and accepts a right one: stores
 * accept headers that they never check, so only a refusal counts. Begins uploads and does not clean
 * up after itself.
 */
async function probeIntegrity(
  probe: IntegrityProbe,
  signal: AbortSignal,
): Promise<Outcome<FoundIntegrity>> {
  for (const algorithm of ChecksumAlgorithm.options) {
    const checked = await isChecked(probe, algorithm, signal)
    if (!checked.ok) return checked
    if (checked.value) return succeeded(algorithm)
  }
  return probeWithoutChecksum(probe, signal)
}

/** Every checksum for which that holds, strongest first; `hidden` as above. */
export async function probeEveryChecksum(
  probe: IntegrityProbe,
  signal: AbortSignal,
): Promise<Outcome<readonly ChecksumAlgorithm[] | 'hidden'>> {
  const verified: ChecksumAlgorithm[] = []
  for (const algorithm of ChecksumAlgorithm.options) {
    const checked = await isChecked(probe, algorithm, signal)
    if (!checked.ok) return checked
    if (checked.value) verified.push(algorithm)
  }
  if (verified.length > 0) return succeeded(verified)
  const found = await probeWithoutChecksum(probe, signal)
  if (!found.ok) return found
  return succeeded(found.value === 'hidden' ? 'hidden' : verified)
}

async function isChecked(
  probe: IntegrityProbe,
  algorithm: ChecksumAlgorithm,
  signal: AbortSignal,
): Promise<Outcome<boolean>> {
  const begun = await probe.begin(algorithm, signal)
  if (!begun.ok) return isDefinite(begun.failure) ? succeeded(false) : begun
  const [wrong, right] = await Promise.all([
    probe.part(begun.value, 1, probeChecksum(algorithm, 'wrong'), signal),
    probe.part(begun.value, 2, probeChecksum(algorithm, 'right'), signal),
  ])
  for (const answer of [wrong, right]) {
    if (!answer.ok && !isDefinite(answer.failure)) return answer
  }
  return succeeded(right.ok && !wrong.ok && isAboutChecksum(wrong.failure))
}

/** Only a store that accepts a part without a checksum was not simply refusing everything. */
async function probeWithoutChecksum(
  probe: IntegrityProbe,
  signal: AbortSignal,
): Promise<Outcome<FoundIntegrity>> {
  const begun = await probe.begin(null, signal)
  const plain = begun.ok ? await probe.part(begun.value, 1, {}, signal) : begun
  if (plain.ok) return succeeded('none')
  const { failure } = plain
  // The user has to fix wrong access keys; the upload itself will report every other problem.
  if (!isDefinite(failure) || failure.kind === 'credentials-rejected') return plain
  return succeeded('hidden')
}

/** Stores have several codes for a wrong checksum, but a 403 or 404 is about something else. */
function isAboutChecksum(failure: Failure): boolean {
  if (failure.kind === 'body-corrupted') return true
  return failure.kind === 'store-refused' && failure.status === 400
}

/** The probe's key is made below the prefix. */
type ProbedBucket = BucketAddress & { readonly prefix: string }

/** The findings about one open store, besides those remembered for its destination. */
export interface IntegrityState {
  /** These access keys, or this store, do not let us find out: not worth asking again. */
  isHidden: boolean
  /** One caller asks, the others wait. */
  readonly probing: SingleFlight<Outcome<StoreIntegrity>>
}

export function newIntegrityState(): IntegrityState {
  return { isHidden: false, probing: new SingleFlight() }
}

interface ProbedStore<Bucket extends ProbedBucket> extends S3Store<Bucket> {
  readonly integrity: IntegrityState
}

/** Remembers across restarts which checksums a destination's store checks. */
interface IntegrityMemory<Bucket> {
  readonly integrityOf: (destination: Bucket) => StoreIntegrity | null
  readonly noteIntegrity: (destination: Bucket, integrity: StoreIntegrity) => void
  /** The key under which the store was probed and that perhaps was not cleaned up. */
  readonly probeOf: (destination: Bucket) => string | null
  readonly noteProbe: (destination: Bucket, key: string | null) => void
}

interface IntegrityDeps<Bucket> {
  readonly stores: IntegrityMemory<Bucket>
  readonly log: Log
}

/**
 * The checksums that the store checks: as remembered for the destination, otherwise found out now
 * and remembered. However many uploads begin at once, the store is asked once. Access keys that may
 * not begin multipart uploads cannot ask without making objects, so for them nothing counts as
 * checked until the store is opened again. Fails with the reason why the store did not answer, and
 * then nothing is learnt.
 */
export async function integrityOf<Bucket extends ProbedBucket>(
  context: IntegrityDeps<Bucket>,
  store: ProbedStore<Bucket>,
  signal: AbortSignal,
): Promise<Outcome<StoreIntegrity>> {
  const known = context.stores.integrityOf(store.destination)
  if (known !== null) return succeeded(known)
  if (store.integrity.isHidden) return succeeded('none')
  const learnt = await store.integrity.probing.join(signal, (shared) =>
    learn(context, store, shared),
  )
  return learnt ?? failed({ kind: 'aborted' })
}

async function learn<Bucket extends ProbedBucket>(
  context: IntegrityDeps<Bucket>,
  store: ProbedStore<Bucket>,
  signal: AbortSignal,
): Promise<Outcome<StoreIntegrity>> {
  // Another caller may have learnt it while this one was about to begin.
  const known = context.stores.integrityOf(store.destination)
  if (known !== null) return succeeded(known)
  const swept = await sweepInterrupted(context, store)
  if (!swept.ok) return swept
  const key = probeKeyBelow(store.destination.prefix)
  context.stores.noteProbe(store.destination, key)
  const found = await probeAndClean(context, store, new IntegrityProbe(store, key, false), signal)
  if (!found.ok) return found
  context.log.info({ integrity: found.value }, 'Found out what the store checks')
  if (found.value === 'hidden') {
    store.integrity.isHidden = true
    return succeeded('none')
  }
  context.stores.noteIntegrity(store.destination, found.value)
  return succeeded(found.value)
}

async function probeAndClean<Bucket extends ProbedBucket>(
  context: IntegrityDeps<Bucket>,
  store: ProbedStore<Bucket>,
  probe: IntegrityProbe,
  signal: AbortSignal,
): Promise<Outcome<FoundIntegrity>> {
  const asked = await probeIntegrity(probe, signal).catch(async (error: unknown) => {
    await probe.clean()
    throw error
  })
  const cleaned = await probe.clean()
  // If the cleanup failed, the key stays noted and is swept before the store is asked again.
  if (!cleaned.ok) return asked.ok ? cleaned : asked
  context.stores.noteProbe(store.destination, null)
  return asked
}

/** Cleans up after a probe that a crash or an unresponsive store interrupted. */
async function sweepInterrupted<Bucket extends ProbedBucket>(
  context: IntegrityDeps<Bucket>,
  store: ProbedStore<Bucket>,
): Promise<Outcome<null>> {
  const key = context.stores.probeOf(store.destination)
  if (key === null) return succeeded(null)
  const cleaned = await new IntegrityProbe(store, key, true).clean()
  if (cleaned.ok) context.stores.noteProbe(store.destination, null)
  return cleaned
}

/** How the checksums of an upload's parts are computed; frozen with the plan. */
export interface IntegrityPlan {
  readonly algorithm: ChecksumAlgorithm
  /**
   * The store refuses a wrong checksum. `isChecksumSent` says whether unchecked ones are sent at
   * all.
   */
  readonly isChecked: boolean
}

/**
 * Whether checksums are sent with the parts. `Content-MD5` is sent even if it is unknown whether
 * the store compares it: a bucket with Object Lock accepts nothing without a checksum.
 *
 * docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
export function isChecksumSent({ algorithm, isChecked }: IntegrityPlan): boolean {
  return isChecked || algorithm === 'md5'
}

/** If the store checks nothing, the checksums still show whether the file changed on the way. */
const UNCHECKED: IntegrityPlan = { algorithm: 'crc64nvme', isChecked: false }
/** If the probe had no result: the store may be one that accepts no part without a checksum. */
const UNKNOWN: IntegrityPlan = { algorithm: 'md5', isChecked: false }

/** The integrity plan for an upload that begins now: the best checksum that the store checks. */
export async function integrityPlanFor<Bucket extends ProbedBucket>(
  context: IntegrityDeps<Bucket>,
  store: ProbedStore<Bucket>,
  signal: AbortSignal,
): Promise<Outcome<IntegrityPlan>> {
  const checked = await integrityOf(context, store, signal)
  if (!checked.ok) return checked
  if (checked.value !== 'none') return succeeded({ algorithm: checked.value, isChecked: true })
  return succeeded(store.integrity.isHidden ? UNKNOWN : UNCHECKED)
}

/**
 * The integrity plan for an upload that began without a checksum. S3 ties the other algorithms to
 * Create and would now refuse or ignore them; `Content-MD5` belongs to each request alone, and
 * earlier parts can be recognised by their ETags.
 */
export async function integrityPlanOfBegun<Bucket extends ProbedBucket>(
  context: IntegrityDeps<Bucket>,
  store: ProbedStore<Bucket>,
  signal: AbortSignal,
): Promise<Outcome<IntegrityPlan>> {
  const planned = await integrityPlanFor(context, store, signal)
  if (!planned.ok) return planned
  const { algorithm, isChecked } = planned.value
  return succeeded(isChecked ? { algorithm: 'md5', isChecked } : { algorithm, isChecked })
}
