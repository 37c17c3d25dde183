import type { CheckLine } from '../../contract/commands/checks.ts'
import { IntegrityProbe, probeKeyBelow } from '../integrity/integrity-probe.ts'
import type { CorePorts } from '../ports.ts'
import type { Store } from '../s3/request.ts'
import type { Verdict } from './line.ts'
import { ProbeObject } from './probe-object.ts'

/** What a line of the check works with. */
export interface Trial {
  readonly store: Store
  readonly ports: Pick<
    CorePorts,
    'now' | 'pageOrigin' | 'corsOrigin' | 'isCorsHandled' | 'storeHttp' | 'nodeNetwork'
  >
  readonly object: ProbeObject
  readonly uploads: IntegrityProbe
  /** Ends what only reads, at once. */
  readonly reading: AbortSignal
  /** Ends what writes, a moment later: a write that nobody waits for could land after the cleaning. */
  readonly writing: AbortSignal
  /** Those told so far. */
  readonly lines: readonly CheckLine[]
}

export type Step = (trial: Trial) => Promise<Verdict>

export function probesOf(store: Store, extension = ''): Pick<Trial, 'object' | 'uploads'> {
  const key = probeKeyBelow(store.destination.prefix, extension)
  return { object: new ProbeObject(store, key), uploads: new IntegrityProbe(store, key, false) }
}
