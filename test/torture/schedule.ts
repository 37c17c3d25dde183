import { FAULT_WEIGHTS, type FaultKind } from './fault-kinds.ts'
import { type PlannedFile, plannedFile } from './planned-file.ts'
import { streamOf, weighted } from './random.ts'

export type Victim = 'host' | 'browser' | 'both'

export interface PlannedKill {
  readonly number: number
  readonly victim: Victim
  /** Measured from when the last killed process is running again. */
  readonly afterMs: number
}

export interface PlannedFault {
  readonly number: number
  readonly kind: FaultKind
  /** Measured from the previous fault; it then hits the first suitable request. */
  readonly afterMs: number
  /** In [0, 1): the position in a body or the speed, depending on the kind. */
  readonly measure: number
}

/** Every random choice, made before the run starts. */
export interface Schedule {
  readonly kills: readonly PlannedKill[]
  readonly faults: readonly PlannedFault[]
  /** Never runs out of files. */
  readonly file: (index: number) => PlannedFile
}

export interface Plan {
  readonly seed: number
  readonly kills: number
  readonly faults: number
  readonly minutes: number
  readonly largestBytes: number
  /** Kinds of fault that are not planned. */
  readonly without: ReadonlySet<FaultKind>
}

/** The usual time to start host and browser, within the interval between two kills. */
const USUAL_RESTART_MS = 3_000
/** The remaining time lets a slow machine catch up. */
const USED_SHARE = 0.85
const SHORTEST_MEAN_MS = 300
/** Some faults hit a request whose sender has given up, and do not count. */
const SPARE_SHARE = 0.1

/** The same seed and options make the same schedule, to the millisecond. */
export function scheduleOf(plan: Plan): Schedule {
  const usedMs = plan.minutes * 60_000 * USED_SHARE
  const killMeanMs = Math.max(SHORTEST_MEAN_MS, usedMs / Math.max(1, plan.kills) - USUAL_RESTART_MS)
  const faultMeanMs = usedMs / Math.max(1, plan.faults * (1 + SPARE_SHARE))
  return {
    kills: plannedKills(plan, killMeanMs),
    faults: plannedFaults(plan, faultMeanMs),
    file: (index) => plannedFile(plan.seed, index, plan.largestBytes),
  }
}

function plannedKills({ seed, kills }: Plan, meanMs: number): PlannedKill[] {
  const random = streamOf(seed, 'kills')
  return Array.from({ length: kills }, (_, index) => ({
    number: index + 1,
    victim: weighted<Victim>(random, [
      { weight: 2, value: 'host' },
      { weight: 2, value: 'browser' },
      { weight: 1, value: 'both' },
    ]),
    afterMs: around(random(), meanMs),
  }))
}

function plannedFaults({ seed, faults, without }: Plan, meanMs: number): PlannedFault[] {
  const random = streamOf(seed, 'faults')
  const kinds = FAULT_WEIGHTS.filter(({ value }) => !without.has(value))
  if (kinds.length === 0) return []
  return Array.from({ length: Math.ceil(faults * (1 + SPARE_SHARE)) }, (_, index) => ({
    number: index + 1,
    kind: weighted(random, kinds),
    afterMs: around(random(), meanMs),
    measure: random(),
  }))
}

/** Uniform up to twice the mean, so that some come in quick succession. */
function around(chance: number, meanMs: number): number {
  return Math.round(chance * 2 * meanMs)
}
