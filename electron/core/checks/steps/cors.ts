import { GetBucketCorsCommand } from '@aws-sdk/client-s3'
import { corsRuleFor } from '../../../contract/bucket-policies.ts'
import type { CheckFix } from '../../../contract/commands/checks.ts'
import type { Failure } from '../../../contract/failure/kinds.ts'
import { failed } from '../../../contract/outcome.ts'
import { CONDITION_HEADER } from '../../s3/put-headers.ts'
import { sendToStore } from '../../s3/request.ts'
import { isAbsent } from '../apply-fix.ts'
import { allowsAnyPage, corsPageOf, headersOf, preflight, unreadableReason } from '../cors-probe.ts'
import { failureOfAnswer, isSuccess } from '../page-request.ts'
import {
  type CheckContext,
  failedBy,
  findingIn,
  hiddenAnswer,
  passed,
  type StepCheck,
  sentAlgorithm,
  unknown,
  warned,
} from '../step.ts'

/** Whether the page gets in, with every header that it may have to send. */
export const checkCors: StepCheck = async (trial) => {
  const { ports, lines } = trial
  if (ports.isCorsHandled) return passed({ kind: 'cors-not-needed' })
  const algorithm = sentAlgorithm(lines)
  const { kind, rules } = trial.store.destination
  const needed = headersOf({ kind, rules, findings: null }, { isWholeFile: true, algorithm })
  const before = await askPreflight(trial, needed)
  const answer = before === null ? await putFromPage(trial) : null
  // A PUT that is refused altogether proves nothing about who may read the answer.
  if (answer?.ok === false) return unknown(answer.failure)
  const refused = answer === null ? before : unreadableReason(corsPageOf(ports), answer.value)
  if (refused?.kind === 'answer-hidden') return hiddenAnswer(trial, refused)
  if (refused !== null) return failedBy(refused, await fixFor(trial, refused))
  // Uploads omit the header if the page may not send it.
  const isWanted = findingIn(lines, 'conditional-writes')?.put === 'honoured'
  const isKeptOut = isWanted ? await askPreflight(trial, [...needed, CONDITION_HEADER]) : null
  if (isKeptOut === null) {
    return passed(
      answer !== null && allowsAnyPage(answer.value) ? { kind: 'cors-any-origin' } : null,
    )
  }
  return warned({ kind: 'failure', failure: isKeptOut }, await fixFor(trial, isKeptOut))
}

function askPreflight({ store, object, ports, reading }: CheckContext, headers: readonly string[]) {
  return preflight(store, object.key, corsPageOf(ports), headers, reading)
}

async function putFromPage({ store, object, ports, writing }: CheckContext) {
  const answer = await object.put(writing, { origin: ports.pageOrigin() })
  if (!answer.ok || isSuccess(answer.value)) return answer
  return failed(failureOfAnswer(store, answer.value, 's3:PutObject'))
}

/**
 * Null if these keys may not read the rules: then Ferry could not keep the existing ones either.
 */
async function fixFor(
  { store, ports, reading }: CheckContext,
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
