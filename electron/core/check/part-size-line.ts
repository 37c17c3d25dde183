import { bodyLengthsOf } from '../../contract/part-plan.ts'
import { providerOf } from '../../contract/providers/lookup.ts'
import { goesDirectly } from '../s3/http/node-http.ts'
import { objectFields } from '../s3/put-headers.ts'
import { corsPageOf } from './check-cors.ts'
import {
  failedBy,
  failureIn,
  hiddenAnswer,
  passed,
  sentAlgorithm,
  unknown,
  type Verdict,
} from './line.ts'
import { PROBE_FILE } from './probe-object.ts'
import { PutTrials, type Tried } from './put-trials.ts'
import type { Step, Trial } from './trial.ts'

/** Somebody waits; a line that is slower than this says nothing by it. */
const SLOW_MS = 20_000

/**
 * A part as long as uploads have, of zeros: what stands in front of a store often has a limit of
 * its own. The longest body of all, that of a file in one PUT, is only announced.
 */
export const partSizeLine: Step = async (trial) => {
  const hasParts = trial.lines.some(({ step, verdict }) => {
    return step === 'multipart' && verdict === 'passed'
  })
  if (!hasParts) return unknown()
  const { rules, provider } = trial.store.destination
  const { usualPartBytes } = providerOf(provider)
  const { partBytes, singleBytes } = bodyLengthsOf({ ...rules, usualPartBytes })
  const slow = AbortSignal.timeout(SLOW_MS)
  const canExpect = await goesDirectly(trial.ports, new URL(trial.store.destination.endpoint))
  const trials = trialsOf(trial, canExpect, AbortSignal.any([trial.reading, slow]))
  const part = await trials.part(partBytes)
  if (part.kind === 'silent' && slow.aborted) {
    return { verdict: 'unknown', finding: { kind: 'part-size', byteLength: partBytes }, fix: null }
  }
  if (part.kind !== 'taken' || isHiddenNews(trial, part)) return verdictOf(trial, part)
  const canAnnounce = canExpect && singleBytes > partBytes
  const longest = canAnnounce ? await trials.part(singleBytes, 'headers') : null
  return longest?.kind === 'refused'
    ? verdictOf(trial, longest)
    : passed({ kind: 'part-size', byteLength: partBytes })
}

function trialsOf(trial: Trial, canExpect: boolean, signal: AbortSignal): PutTrials {
  const { store, ports, lines } = trial
  const options = {
    origin: ports.isCorsHandled ? null : ports.pageOrigin(),
    canExpect,
    fields: objectFields(store.destination.rules, PROBE_FILE),
    algorithm: sentAlgorithm(lines),
    mayWriteObject: false,
  }
  return new PutTrials(trial, options, signal)
}

/** Where the line before has said why the page is kept out, it is not said again. */
function isHiddenNews({ lines }: Trial, tried: Tried): boolean {
  const cors = lines.find(({ step }) => step === 'cors')
  return (
    tried.kind === 'taken' && tried.isHidden && (cors === undefined || failureIn(cors) === null)
  )
}

function verdictOf(trial: Trial, tried: Tried): Verdict {
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
