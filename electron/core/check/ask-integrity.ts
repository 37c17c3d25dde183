import { ChecksumAlgorithm, type StoreIntegrity } from '../../contract/checksum.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { type IntegrityProbe, isDefinite, probeChecksum } from '../integrity/integrity-probe.ts'

/** `hidden`: these keys, or this store, do not let us find out. */
export type FoundIntegrity = StoreIntegrity | 'hidden'

/**
 * The first checksum of which the store refuses a wrong one and takes a right one: stores take
 * headers that they never look at, so nothing less than a refusal counts. Begins uploads and does
 * not clean up after itself.
 */
export async function probeIntegrity(
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

/** Every checksum of which that is so, strongest first; `hidden` as above. */
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

/** Only a store that takes a part as it is was not simply refusing everything. */
async function probeWithoutChecksum(
  probe: IntegrityProbe,
  signal: AbortSignal,
): Promise<Outcome<FoundIntegrity>> {
  const begun = await probe.begin(null, signal)
  const plain = begun.ok ? await probe.part(begun.value, 1, {}, signal) : begun
  if (plain.ok) return succeeded('none')
  const { failure } = plain
  // Keys that are wrong are the person's to mend; everything else the upload itself will hear.
  if (!isDefinite(failure) || failure.kind === 'credentials-rejected') return plain
  return succeeded('hidden')
}

/** Stores have several codes for it, but a 403 or 404 speaks of something else. */
function isAboutChecksum(failure: Failure): boolean {
  if (failure.kind === 'body-corrupted') return true
  return failure.kind === 'store-refused' && failure.status === 400
}
