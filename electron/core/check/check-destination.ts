import type { CheckLine, CheckReport } from '../../contract/check.ts'
import { CheckStep } from '../../contract/check.ts'
import type { ChecksumAlgorithm } from '../../contract/checksum.ts'
import type { DestinationDraft, DraftNote } from '../../contract/destination-draft.ts'
import type { Failure } from '../../contract/failure.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { Destinations } from '../destinations/destinations.ts'
import { cleanDraft } from '../destinations/draft.ts'
import type { CorePorts } from '../ports.ts'
import { openDraftStore } from '../store/open-draft-store.ts'
import type { Store } from '../store/store.ts'
import { askIntegrity } from './ask-integrity.ts'
import { checkCors } from './check-cors.ts'
import { IntegrityProbe, probeKeyBelow } from './integrity-probe.ts'
import { Probe } from './probe.ts'
import { stepOf } from './step-of.ts'

/** All of them, in the order in which they are shown. */
const STEPS = CheckStep.options
/** Further off, and S3 refuses what this computer's clock would sign: `RequestTimeTooSkewed`. */
const CLOCK_WINDOW_MS = 15 * 60_000
/** A dozen small requests; somebody waits. */
const INTEGRITY_MS = 20_000

/**
 * Tries everything that an upload needs with real requests, and says which step fails. Stores
 * nothing, and deletes the object it tried with.
 */
export async function checkDestination(
  { destinations, ports }: { readonly destinations: Destinations; readonly ports: CorePorts },
  draft: DestinationDraft,
): Promise<Outcome<CheckReport>> {
  const former = draft.destinationId === null ? null : destinations.find(draft.destinationId)
  if (draft.destinationId !== null && former === null) return failed({ kind: 'unknown-id' })
  const clean = cleanDraft(draft, former?.credentials.kind === 'keys')
  if (!clean.ok) return succeeded(stoppedAt('form', clean.failure, []))
  const { notes } = clean.value
  const store = await openDraftStore({ destinations, ports }, clean.value, former)
  if (!store.ok) return succeeded(stoppedAt('credentials', store.failure, notes))
  try {
    return succeeded(await checkStore(store.value, notes, ports))
  } finally {
    store.value.client.destroy()
  }
}

async function checkStore(
  store: Store,
  notes: DraftNote[],
  ports: CorePorts,
): Promise<CheckReport> {
  const probe = new Probe(store)
  const written = await probe.write()
  if (written !== null) return stoppedAt(stepOf(written, 'put'), written, notes)
  const found = new Map<CheckStep, CheckLine>()
  const clock = clockLine(store, ports)
  if (clock !== null) found.set('clock', clock)
  for (const step of ['multipart', 'get', 'cors', 'delete'] as const) {
    const failure = await failureOf(step, probe, store, ports)
    if (failure === null) continue
    // Without it uploads work all the same; only a cancelled one may leave its object.
    const verdict = step === 'delete' ? 'warned' : 'failed'
    found.set(step, { step, verdict, finding: { kind: 'failure', failure }, fix: null })
  }
  const lines = STEPS.map(
    (step) => found.get(step) ?? { step, verdict: 'passed' as const, finding: null, fix: null },
  )
  return { lines, notes }
}

async function failureOf(
  step: 'multipart' | 'get' | 'cors' | 'delete',
  probe: Probe,
  store: Store,
  ports: CorePorts,
): Promise<Failure | null> {
  if (step !== 'cors') return step === 'get' ? probe.read() : probe[step]()
  if (ports.isCorsHandled) return null
  return checkCors(store, probe.key, probe.body, ports.pageOrigin(), await algorithmOf(store))
}

/** What parts will travel with; null also when the store does not say, as the upload will find out. */
async function algorithmOf(store: Store): Promise<ChecksumAlgorithm | null> {
  const probe = new IntegrityProbe(store, probeKeyBelow(store.destination.prefix), false)
  try {
    const { integrity } = store.destination
    const found =
      integrity === null
        ? await askIntegrity(probe, AbortSignal.timeout(INTEGRITY_MS))
        : succeeded(integrity)
    return found.ok && found.value !== 'none' && found.value !== 'hidden' ? found.value : null
  } finally {
    await probe.clean()
  }
}

/** Ferry signs with the store's clock, so a wrong one here is worth a word and no more. */
function clockLine(store: Store, ports: CorePorts): CheckLine | null {
  if (Math.abs(store.clock.offsetMs) < CLOCK_WINDOW_MS) return null
  const serverTimeMs = ports.now() + store.clock.offsetMs
  return {
    step: 'clock',
    verdict: 'warned',
    finding: { kind: 'failure', failure: { kind: 'clock-skewed', serverTimeMs } },
    fix: null,
  }
}

function stoppedAt(at: CheckStep, failure: Failure, notes: DraftNote[]): CheckReport {
  const reached = STEPS.indexOf(at)
  const lines = STEPS.map((step, index): CheckLine => {
    if (index === reached)
      return { step, verdict: 'failed', finding: { kind: 'failure', failure }, fix: null }
    // A store looks at the region before it looks at the signature.
    const isProven = index < reached && !(at === 'region' && step === 'credentials')
    return { step, verdict: isProven ? 'passed' : 'unknown', finding: null, fix: null }
  })
  return { lines, notes }
}
