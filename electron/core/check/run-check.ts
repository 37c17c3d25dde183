import { type CheckLine, CheckStep } from '../../contract/commands/checks.ts'
import type { StoredDestination } from '../destinations/stored-destination.ts'
import { CHECK_TIMEOUTS, openStore } from '../s3/client.ts'
import type { Store } from '../s3/request.ts'
import { unfinishedRuleLine, versioningLine } from './bucket-lines.ts'
import type { CheckTurn } from './check-turn.ts'
import { checksumsLine } from './checksums-line.ts'
import { cleanUp } from './clean-up.ts'
import { conditionalWritesLine } from './conditional-writes-line.ts'
import { corsLine } from './cors-line.ts'
import { enter } from './entry.ts'
import type { Leavings } from './leavings.ts'
import { failureIn, hasFailed, unknown, type Verdict } from './line.ts'
import { linkLifeLine } from './link-life-line.ts'
import { abortLine, listPartsLine, multipartLine, partLimitLine } from './multipart-lines.ts'
import { deleteLine, getLine, putLine } from './object-lines.ts'
import { partSizeLine } from './part-size-line.ts'
import { postFormsLine } from './post-forms-line.ts'
import { publicAccessLine } from './public-access-line.ts'
import { clockLine, dnsLine, endsAll, tlsLine } from './reach-lines.ts'
import { sweepKilled } from './remove-probes.ts'
import { probesOf, type Step, type Trial } from './trial.ts'
import { unsignedHeadersLine } from './unsigned-headers-line.ts'

/** What is tried with the bucket, once it is reached, in the order of the lines. */
const TRIED: readonly (readonly [step: CheckStep, line: Step])[] = [
  ['put', putLine],
  ['multipart', multipartLine],
  ['list-parts', listPartsLine],
  ['abort', abortLine],
  ['get', getLine],
  ['delete', deleteLine],
  ['checksums', checksumsLine],
  ['conditional-writes', conditionalWritesLine],
  ['unsigned-headers', unsignedHeadersLine],
  ['post-forms', postFormsLine],
  ['part-limit', partLimitLine],
  ['cors', corsLine],
  ['part-size', partSizeLine],
  ['versioning', versioningLine],
  ['unfinished-rule', unfinishedRuleLine],
  ['public-access', publicAccessLine],
  ['link-life', linkLifeLine],
]

type RunPorts = Trial['ports']
type Tell = (line: CheckLine) => void

/** Lines in their order, told as they are found; the last one that counts may be the end. */
export class LinesTold {
  readonly lines: CheckLine[] = []
  readonly #tell: Tell
  readonly #isOver: () => boolean

  /** @param isOver whoever cancelled wants to hear no more, and what was broken off says nothing. */
  constructor(tell: Tell, isOver: () => boolean) {
    this.#tell = tell
    this.#isOver = isOver
  }

  /** Answers whether there is use in going on. */
  add(step: CheckStep, verdict: Verdict): boolean {
    if (this.#isOver()) return false
    const line = { step, ...verdict }
    this.lines.push(line)
    this.#tell(line)
    return !(hasFailed(verdict) && endsAll(failureIn(verdict)))
  }

  /** One per step; those that were not reached are not known. */
  whole(): CheckLine[] {
    return CheckStep.options.map(
      (step) => this.lines.find((line) => line.step === step) ?? { step, ...unknown() },
    )
  }
}

interface Given {
  readonly ports: RunPorts
  readonly turn: CheckTurn
  readonly told: LinesTold
  /** Gets what could not be removed, and with it the client of its store. */
  readonly leavings: Leavings
}

/** Answers the store in the region where it is. Every other client that it opened is closed. */
export async function runCheck(given: Store, parts: Given): Promise<Store> {
  const opened = [given]
  const reopen = (place: StoredDestination) => {
    const store = openStore(place, given.keys, parts.ports, CHECK_TIMEOUTS)
    opened.push(store)
    return store
  }
  try {
    return await runOpened(given, { ...parts, reopen })
  } finally {
    for (const store of opened) if (!parts.leavings.isKept(store)) store.client.destroy()
  }
}

interface Running extends Given {
  readonly reopen: (place: StoredDestination) => Store
}

async function runOpened(given: Store, running: Running): Promise<Store> {
  const { ports, turn, told, reopen } = running
  const isReached = await reach(given, ports, turn, told)
  if (!isReached) return given
  const { store, credentials, region, bucket } = await enter(given, reopen, turn.reading)
  told.add('credentials', credentials)
  told.add('region', region)
  told.add('bucket', bucket)
  if (turn.isCancelled || [credentials, region, bucket].some(hasFailed)) return store
  await tryOut(store, running)
  return store
}

async function reach(store: Store, ports: RunPorts, turn: CheckTurn, told: LinesTold) {
  const way = { store, ports, signal: turn.reading }
  for (const [step, line] of [
    ['dns', dnsLine],
    ['tls', tlsLine],
  ] as const) {
    const verdict = await line(way)
    if (!told.add(step, verdict) || hasFailed(verdict)) return false
  }
  return told.add('clock', clockLine(store, ports.now()))
}

async function tryOut(store: Store, { ports, turn, told, leavings }: Running) {
  await sweepKilled(store, turn.writing)
  const { reading, writing } = turn
  const trial: Trial = { store, ports, ...probesOf(store), reading, writing, lines: told.lines }
  try {
    for (const [step, line] of TRIED) {
      const verdict = await line(trial)
      if (!told.add(step, verdict)) return
    }
  } finally {
    const cleaned = await cleanUp(trial, turn.startCleaning())
    if (!cleaned.ok) leavings.keep(trial)
  }
}
