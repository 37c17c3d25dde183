import { GetBucketCorsCommand } from '@aws-sdk/client-s3'
import { corsRuleFor } from '../../contract/bucket-policies.ts'
import type { CheckFix } from '../../contract/commands/checks.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { failed } from '../../contract/outcome.ts'
import { CONDITION_HEADER } from '../s3/put-headers.ts'
import { sendToStore } from '../s3/request.ts'
import { isAbsent } from './bucket-setting.ts'
import { corsPageOf, headersOf, letsAnyIn, preflight, readableBy } from './check-cors.ts'
import {
  failedBy,
  findingIn,
  hiddenAnswer,
  passed,
  sentAlgorithm,
  unknown,
  warned,
} from './line.ts'
import { failureOfAnswer, isGood } from './send-as-page.ts'
import type { Step, Trial } from './trial.ts'

/** Whether the page gets in, with everything that it may have to send. */
export const corsLine: Step = async (trial) => {
  const { ports, lines } = trial
  if (ports.isCorsHandled) return passed({ kind: 'cors-not-needed' })
  const algorithm = sentAlgorithm(lines)
  const { kind, rules } = trial.store.destination
  const needed = headersOf({ kind, rules, findings: null }, { isWholeFile: true, algorithm })
  const before = await askBefore(trial, needed)
  const answer = before === null ? await putFromPage(trial) : null
  // What is refused altogether says nothing of who may look at the answer.
  if (answer?.ok === false) return unknown(answer.failure)
  const refused = answer === null ? before : readableBy(corsPageOf(ports), answer.value)
  if (refused?.kind === 'answer-hidden') return hiddenAnswer(trial, refused)
  if (refused !== null) return failedBy(refused, await fixFor(trial, refused))
  // Uploads go without it where the page may not send it.
  const isWanted = findingIn(lines, 'conditional-writes')?.put === 'honoured'
  const isKeptOut = isWanted ? await askBefore(trial, [...needed, CONDITION_HEADER]) : null
  if (isKeptOut === null) {
    return passed(answer !== null && letsAnyIn(answer.value) ? { kind: 'cors-any-origin' } : null)
  }
  return warned({ kind: 'failure', failure: isKeptOut }, await fixFor(trial, isKeptOut))
}

function askBefore({ store, object, ports, reading }: Trial, headers: readonly string[]) {
  return preflight(store, object.key, corsPageOf(ports), headers, reading)
}

async function putFromPage({ store, object, ports, writing }: Trial) {
  const answer = await object.put(writing, { origin: ports.pageOrigin() })
  if (!answer.ok || isGood(answer.value)) return answer
  return failed(failureOfAnswer(store, answer.value, 's3:PutObject'))
}

/** Null where these keys may not read the rules: then nobody could keep them either. */
async function fixFor(
  { store, ports, reading }: Trial,
  failure: Failure,
): Promise<CheckFix | null> {
  if (failure.kind !== 'cors-blocked' && failure.kind !== 'etag-hidden') return null
  const place = { Bucket: store.destination.bucket }
  const got = await sendToStore(
    store,
    (client, options) => client.send(new GetBucketCorsCommand(place), options),
    { signal: reading },
  )
  if (!got.ok && !isAbsent(got.failure)) return null
  const keptCount = got.ok ? (got.value.CORSRules ?? []).length : 0
  return { kind: 'set-cors', rule: corsRuleFor(corsPageOf(ports).allowedOrigin), keptCount }
}
