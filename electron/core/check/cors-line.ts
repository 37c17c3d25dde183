import { GetBucketCorsCommand } from '@aws-sdk/client-s3'
import type { CheckFix, CorsRule } from '../../contract/check.ts'
import type { Failure } from '../../contract/failure.ts'
import { ask } from '../store/store.ts'
import { isAbsent } from './bucket-setting.ts'
import { headersOf, preflight, readableBy } from './check-cors.ts'
import { failedBy, findingIn, passed, warned } from './line.ts'
import { headersByRules } from './rule-headers.ts'
import { failureOfAnswer, isGood } from './send-as-page.ts'
import type { Step, Trial } from './trial.ts'

/** Whether the page gets in, with everything that it may have to send. */
export const corsLine: Step = async (trial) => {
  const { ports, lines } = trial
  if (ports.isCorsHandled) return passed({ kind: 'cors-not-needed' })
  const algorithm = findingIn(lines, 'checksums')?.verified[0] ?? null
  const needed = [
    ...headersOf({ isWholeFile: true, algorithm }),
    ...headersByRules(trial.store.destination.rules),
  ]
  const refused = (await askBefore(trial, needed)) ?? (await askAfter(trial))
  if (refused !== null) return failedBy(refused, await fixFor(trial, refused))
  // Uploads go without it where the page may not send it.
  const isWanted = findingIn(lines, 'conditional-writes')?.put === 'honoured'
  const isKeptOut = isWanted ? await askBefore(trial, [...needed, 'if-none-match']) : null
  if (isKeptOut === null) return passed()
  return warned({ kind: 'failure', failure: isKeptOut }, await fixFor(trial, isKeptOut))
}

function askBefore({ store, object, ports, reading }: Trial, headers: readonly string[]) {
  return preflight(store, object.key, ports.pageOrigin(), headers, reading)
}

async function askAfter({ store, object, ports, writing }: Trial): Promise<Failure | null> {
  const origin = ports.pageOrigin()
  const answer = await object.put(writing, { origin })
  if (!answer.ok) return answer.failure
  if (!isGood(answer.value)) return failureOfAnswer(store, answer.value)
  return readableBy(origin, answer.value)
}

/** What lets the page in: a store stops at the first rule that fits, so it has to be whole. */
export function pageRule(origin: string): CorsRule {
  return {
    allowedOrigins: [origin],
    allowedMethods: ['PUT'],
    allowedHeaders: ['*'],
    exposeHeaders: ['ETag'],
    maxAgeSeconds: 3000,
  }
}

/** Null where these keys may not read the rules: then nobody could keep them either. */
async function fixFor(
  { store, ports, reading }: Trial,
  failure: Failure,
): Promise<CheckFix | null> {
  if (failure.kind !== 'cors-blocked' && failure.kind !== 'etag-hidden') return null
  const place = { Bucket: store.destination.bucket }
  const got = await ask(
    store,
    (client, options) => client.send(new GetBucketCorsCommand(place), options),
    { signal: reading },
  )
  if (!got.ok && !isAbsent(got.failure)) return null
  const keptCount = got.ok ? (got.value.CORSRules ?? []).length : 0
  return { kind: 'set-cors', rule: pageRule(ports.pageOrigin()), keptCount }
}
