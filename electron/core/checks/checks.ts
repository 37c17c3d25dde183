import type { CheckId, CheckReport, StoreFindings } from '../../contract/commands/checks.ts'
import type { CommandInput, CommandOutput } from '../../contract/commands.ts'
import type { DestinationDraft } from '../../contract/destination-draft.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { Approvals } from '../credentials/approvals.ts'
import { sourceName } from '../credentials/source-name.ts'
import type { Destinations } from '../destinations/destinations.ts'
import { type CleanDraft, cleanDraft } from '../destinations/draft.ts'
import { draftStore, type Store } from '../destinations/open-store.ts'
import { isSameStore, type StoredDestination } from '../destinations/stored-destination.ts'
import type { CorePorts } from '../ports.ts'
import { applyFix } from './apply-fix.ts'
import { CheckCancellation } from './check-cancellation.ts'
import { corsPageOf } from './cors-probe.ts'
import { ProbeCleanup } from './probe-cleanup.ts'
import { runCheck, StepReport } from './run-check.ts'
import { failedBy, findingsOf, knowledgeFrom, passed } from './step.ts'

interface ChecksDeps {
  readonly destinations: Destinations
  readonly ports: CorePorts
  readonly approvals: Approvals
  /** Makes sure that the bucket on this computer runs. */
  readonly localIsUp: () => Promise<Outcome<unknown>>
}

type Nothing = Record<string, never>
type CheckedStore = Parameters<typeof isSameStore>[1]

/** The number of unsaved drafts whose findings are remembered. */
const MAX_REMEMBERED = 20

/** The running connection checks, and the findings of the last ones. */
export class Checks {
  readonly #deps: ChecksDeps
  readonly #running = new Map<CheckId, { turn: CheckCancellation; done: Promise<unknown> }>()
  readonly #cleanup: ProbeCleanup
  readonly #remembered: { readonly place: CheckedStore; readonly findings: StoreFindings }[] = []

  constructor(parts: ChecksDeps) {
    this.#deps = parts
    this.#cleanup = new ProbeCleanup(parts.ports.log)
  }

  /** Makes real requests with the draft, and leaves nothing in the bucket. */
  async check({ checkId, draft }: CommandInput<'checkDestination'>): Promise<Outcome<CheckReport>> {
    if (this.#running.has(checkId)) return failed({ kind: 'in-use' })
    this.#cleanup.retryNow()
    const turn = new CheckCancellation()
    const done = this.#check(checkId, draft, turn)
    this.#running.set(checkId, { turn, done })
    try {
      return await done
    } finally {
      turn.end()
      this.#running.delete(checkId)
    }
  }

  /** Answers after the cleanup; a check that has ended meanwhile needs no cancelling. */
  async cancel(checkId: CheckId): Promise<Outcome<Nothing>> {
    const running = this.#running.get(checkId)
    running?.turn.cancel()
    await running?.done.catch(() => undefined)
    return succeeded({})
  }

  async applyFix({ draft, fix }: CommandInput<'applyFix'>): Promise<Outcome<Nothing>> {
    const opened = await this.#open(draft)
    if (!opened.ok) return opened
    const { store } = opened.value
    try {
      return await applyFix(store, fix, corsPageOf(this.#deps.ports).allowedOrigin)
    } finally {
      store.client.destroy()
    }
  }

  /**
   * The findings of the last check of this destination; null: there was none since Ferry started.
   */
  findingsFor(place: CheckedStore): StoreFindings | null {
    return this.#remembered.find((each) => isSameStore(each.place, place))?.findings ?? null
  }

  /** A draft that was checked and then saved needs no second check. */
  attach(
    saved: Outcome<CommandOutput<'saveDestination'>>,
  ): Outcome<CommandOutput<'saveDestination'>> {
    if (!saved.ok) return saved
    const { destinations } = this.#deps
    const { destinationId } = saved.value.destination
    const stored = destinations.find(destinationId)
    // The form knows only the provider's part limit, and would overwrite the one that the check
    // found.
    const findings = stored === null ? null : (this.findingsFor(stored) ?? stored.findings)
    if (stored === null || findings === null) return saved
    destinations.noteKnowledge(stored, knowledgeFrom(findings))
    const noted = destinations.find(destinationId) ?? stored
    return succeeded({ ...saved.value, destination: destinations.shown(noted) })
  }

  /** Waits for the cleanup, but no longer than a healthy store takes for it. */
  async close(): Promise<void> {
    const running = [...this.#running.values()]
    for (const { turn } of running) turn.close()
    await Promise.allSettled(running.map(({ done }) => done))
    await this.#cleanup.close()
  }

  async #check(
    checkId: CheckId,
    draft: DestinationDraft,
    cancellation: CheckCancellation,
  ): Promise<Outcome<CheckReport>> {
    const { ports } = this.#deps
    const report = new StepReport(
      (line) => ports.notify('checkProgressed', { checkId, line }),
      () => cancellation.isCancelled,
    )
    const opened = await this.#open(draft)
    if (!opened.ok) {
      if (opened.failure.kind !== 'form-invalid') return opened
      report.add('form', failedBy(opened.failure))
      return succeeded({ lines: report.whole(), notes: [] })
    }
    const { clean, former, store } = opened.value
    report.add('form', passed())
    const used = await runCheck(store, { ports, cancellation, report, cleanup: this.#cleanup })
    const isWhole = report.lines.length === report.whole().length
    if (isWhole) this.#keep(former, used.destination, findingsOf(report.lines, ports.now()))
    return succeeded({ lines: report.whole(), notes: clean.notes })
  }

  #keep(former: StoredDestination | null, place: StoredDestination, findings: StoreFindings) {
    const others = this.#remembered.filter((each) => !isSameStore(each.place, place))
    this.#remembered.splice(0, Infinity, { place, findings }, ...others.slice(0, MAX_REMEMBERED))
    if (former !== null && isSameStore(former, place)) {
      this.#deps.destinations.noteKnowledge(former, knowledgeFrom(findings))
    }
  }

  async #open(draft: DestinationDraft): Promise<Outcome<OpenedDraft>> {
    const { destinations, ports, localIsUp, approvals } = this.#deps
    const former = draft.destinationId === null ? null : destinations.find(draft.destinationId)
    if (draft.destinationId !== null && former === null) return failed({ kind: 'unknown-id' })
    if (former?.kind === 'local') {
      const isUp = await localIsUp()
      if (!isUp.ok) return isUp
    }
    const clean = cleanDraft(draft, former)
    if (!clean.ok) return clean
    if (!isLocal(former, clean.value)) {
      const allowed = await approvals.allow(clean.value.fields)
      if (!allowed.ok) return allowed
    }
    const store = draftStore({ destinations, ports }, clean.value, former)
    return succeeded({ clean: clean.value, former, store })
  }
}

/** The bucket on this computer, at its own address and with its own keys, needs no approval. */
function isLocal(former: StoredDestination | null, { fields, secrets }: CleanDraft): boolean {
  if (former?.kind !== 'local' || secrets !== null) return false
  const isSameKey = sourceName(fields.credentials) === sourceName(former.credentials)
  return fields.endpoint === former.endpoint && isSameKey
}

interface OpenedDraft {
  readonly clean: CleanDraft
  readonly former: StoredDestination | null
  readonly store: Store
}
