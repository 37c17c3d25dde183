import { type CheckLine, CheckStep } from '../../contract/commands/checks.ts'
import { openStore, type Store } from '../destinations/open-store.ts'
import type { StoredDestination } from '../destinations/stored-destination.ts'
import { CHECK_TIMEOUTS } from '../s3/client.ts'
import type { CheckCancellation } from './check-cancellation.ts'
import { type ProbeCleanup, removeAbandonedProbes, removeProbes } from './probe-cleanup.ts'
import {
  type CheckContext,
  failureIn,
  hasFailed,
  newProbes,
  type StepCheck,
  type StepResult,
  unknown,
} from './step.ts'
import { checkUnfinishedRule, checkVersioning } from './steps/bucket.ts'
import { checkBucketAccess } from './steps/bucket-access.ts'
import { checkCors } from './steps/cors.ts'
import {
  checkAbort,
  checkChecksums,
  checkListParts,
  checkMultipart,
  checkPartLimit,
  checkPartSize,
} from './steps/multipart.ts'
import {
  checkConditionalWrites,
  checkDelete,
  checkGet,
  checkPut,
  checkUnsignedHeaders,
} from './steps/objects.ts'
import { checkClock, checkDns, checkTls, stopsCheck } from './steps/reach.ts'
import { checkLinkLife, checkPostForms, checkPublicAccess } from './steps/sharing.ts'

/** The steps that run once the bucket is reached, in the order of the lines. */
const BUCKET_STEPS: readonly (readonly [step: CheckStep, line: StepCheck])[] = [
  ['put', checkPut],
  ['multipart', checkMultipart],
  ['list-parts', checkListParts],
  ['abort', checkAbort],
  ['get', checkGet],
  ['delete', checkDelete],
  ['checksums', checkChecksums],
  ['conditional-writes', checkConditionalWrites],
  ['unsigned-headers', checkUnsignedHeaders],
  ['post-forms', checkPostForms],
  ['part-limit', checkPartLimit],
  ['cors', checkCors],
  ['part-size', checkPartSize],
  ['versioning', checkVersioning],
  ['unfinished-rule', checkUnfinishedRule],
  ['public-access', checkPublicAccess],
  ['link-life', checkLinkLife],
]

type RunPorts = CheckContext['ports']
type Report = (line: CheckLine) => void

/** Collects lines in order and reports each one at once; a failed line may end the check. */
export class StepReport {
  readonly lines: CheckLine[] = []
  readonly #report: Report
  readonly #isOver: () => boolean

  /**
   * @param isOver true after a cancel: the caller wants no more lines, and an aborted step proves
   * nothing.
   */
  constructor(tell: Report, isOver: () => boolean) {
    this.#report = tell
    this.#isOver = isOver
  }

  /** Answers whether it makes sense to continue. */
  add(step: CheckStep, verdict: StepResult): boolean {
    if (this.#isOver()) return false
    const line = { step, ...verdict }
    this.lines.push(line)
    this.#report(line)
    return !(hasFailed(verdict) && stopsCheck(failureIn(verdict)))
  }

  /** One line per step; steps that were not reached are unknown. */
  whole(): CheckLine[] {
    return CheckStep.options.map(
      (step) => this.lines.find((line) => line.step === step) ?? { step, ...unknown() },
    )
  }
}

interface RunDeps {
  readonly ports: RunPorts
  readonly cancellation: CheckCancellation
  readonly report: StepReport
  /** Gets the probes that could not be removed, together with the client of their store. */
  readonly cleanup: ProbeCleanup
}

/** Answers the store in the bucket's region. Every other client that it opened is closed. */
export async function runCheck(given: Store, parts: RunDeps): Promise<Store> {
  const opened = [given]
  const reopen = (place: StoredDestination) => {
    const store = openStore(place, given.keys, parts.ports, CHECK_TIMEOUTS)
    opened.push(store)
    return store
  }
  try {
    return await runOpened(given, { ...parts, reopen })
  } finally {
    for (const store of opened) if (!parts.cleanup.isKept(store)) store.client.destroy()
  }
}

interface RunContext extends RunDeps {
  readonly reopen: (place: StoredDestination) => Store
}

async function runOpened(given: Store, running: RunContext): Promise<Store> {
  const { ports, cancellation, report, reopen } = running
  const isReached = await runReachSteps(given, ports, cancellation, report)
  if (!isReached) return given
  const { store, credentials, region, bucket } = await checkBucketAccess(
    given,
    reopen,
    cancellation.reading,
  )
  report.add('credentials', credentials)
  report.add('region', region)
  report.add('bucket', bucket)
  if (cancellation.isCancelled || [credentials, region, bucket].some(hasFailed)) return store
  await runBucketSteps(store, running)
  return store
}

async function runReachSteps(
  store: Store,
  ports: RunPorts,
  turn: CheckCancellation,
  report: StepReport,
) {
  const way = { store, ports, signal: turn.reading }
  for (const [step, line] of [
    ['dns', checkDns],
    ['tls', checkTls],
  ] as const) {
    const verdict = await line(way)
    if (!report.add(step, verdict) || hasFailed(verdict)) return false
  }
  return report.add('clock', checkClock(store, ports.now()))
}

async function runBucketSteps(store: Store, { ports, cancellation, report, cleanup }: RunContext) {
  await removeAbandonedProbes(store, cancellation.writing)
  const { reading, writing } = cancellation
  const trial: CheckContext = {
    store,
    ports,
    ...newProbes(store),
    reading,
    writing,
    lines: report.lines,
  }
  try {
    for (const [step, line] of BUCKET_STEPS) {
      const verdict = await line(trial)
      if (!report.add(step, verdict)) return
    }
  } finally {
    const cleaned = await removeProbes(trial, cancellation.startCleaning())
    if (!cleaned.ok) cleanup.keep(trial)
  }
}
