import { createHash } from 'node:crypto'
import {
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
} from '@aws-sdk/client-s3'
import { corsRuleFor } from '../../contract/bucket-policies.ts'
import type { CheckFix } from '../../contract/commands/checks.ts'
import { isOriginPattern } from '../../contract/cors.ts'
import type { Failure } from '../../contract/failure/kinds.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { Store } from '../destinations/open-store.ts'
import { sendToStore } from '../s3/request.ts'
import { withCorsRule, withUnfinishedRule } from './bucket-documents.ts'
import { failureOfAnswer, isSuccess, presigned, sendAsPage } from './page-request.ts'

const FIX_TIMEOUT_MS = 30_000

type Nothing = Record<string, never>

/**
 * Changes the bucket as the fix says and keeps all its existing rules. The rule is built again
 * here: Ferry does not trust the rule that the page sends back. Fails with `wrong-state` if the fix
 * does not change the bucket.
 */
export async function applyFix(
  store: Store,
  fix: CheckFix,
  allowedOrigin: string,
): Promise<Outcome<Nothing>> {
  switch (fix.kind) {
    case 'set-cors':
      return setCors(store, allowedOrigin)
    case 'add-unfinished-rule':
      return changeSetting(store, 'lifecycle', (xml) =>
        withUnfinishedRule(xml, store.destination.prefix, fix.days),
      )
    case 'use-region':
    case 'sign-in':
      return failed({ kind: 'wrong-state' })
  }
}

/** If a store accepts no `*` inside an origin, every origin is allowed, as the window has said. */
async function setCors(store: Store, allowedOrigin: string): Promise<Outcome<Nothing>> {
  const allowing = (origin: string) =>
    changeSetting(store, 'cors', (xml) => withCorsRule(xml, corsRuleFor(origin)))
  const set = await allowing(allowedOrigin)
  const isPatternRefused =
    !set.ok && set.failure.kind === 'store-refused' && set.failure.status === 400
  return isPatternRefused && isOriginPattern(allowedOrigin) ? allowing('*') : set
}

async function changeSetting(
  store: Store,
  name: SettingName,
  changed: (xml: string | null) => string | null,
): Promise<Outcome<Nothing>> {
  const signal = AbortSignal.timeout(FIX_TIMEOUT_MS)
  // Read just before writing: somebody else may have added a rule since the check.
  const setting = await readSetting(store, name, signal)
  if (!setting.ok) return setting
  const xml = changed(setting.value.xml)
  if (xml === null) {
    return failed({ kind: 'not-s3', host: new URL(store.destination.endpoint).host })
  }
  const put = await putSetting(store, name, { ...setting.value, xml }, signal)
  return put.ok ? succeeded({}) : put
}

export type SettingName = 'cors' | 'lifecycle'

/** A setting of the bucket as the store wrote it. */
export interface BucketSetting {
  /** Null: nothing is set. */
  readonly xml: string | null
  /** Headers that belong to the setting and must be sent back with it. */
  readonly headers: Readonly<Record<string, string>>
}

/** Without this header, AWS would return to its default when the rules are put. */
const KEPT_HEADERS = ['x-amz-transition-default-minimum-object-size']

/** The store's own text, because parsing it would lose everything that the parser does not know. */
export async function readSetting(
  store: Store,
  name: SettingName,
  signal: AbortSignal,
): Promise<Outcome<BucketSetting>> {
  const place = { Bucket: store.destination.bucket }
  const command =
    name === 'cors'
      ? new GetBucketCorsCommand(place)
      : new GetBucketLifecycleConfigurationCommand(place)
  const url = await presigned(store, command)
  if (!url.ok) return url
  const answer = await sendAsPage(store, { method: 'GET', url: url.value, signal })
  if (!answer.ok) return answer
  const { text: xml, headers } = answer.value
  if (!isSuccess(answer.value)) {
    const failure = failureOfAnswer(store, answer.value)
    return isAbsent(failure) ? succeeded({ xml: null, headers: {} }) : failed(failure)
  }
  const kept = KEPT_HEADERS.flatMap((header) => {
    const value = headers[header]
    return value === undefined ? [] : [[header, value] as const]
  })
  return succeeded({ xml, headers: Object.fromEntries(kept) })
}

/** Stores use several codes for a missing setting. */
export function isAbsent(failure: Failure): boolean {
  return failure.kind === 'store-refused' && failure.status === 404
}

function putSetting(
  store: Store,
  name: SettingName,
  setting: BucketSetting,
  signal: AbortSignal,
): Promise<Outcome<unknown>> {
  const Bucket = store.destination.bucket
  return sendToStore(
    store,
    (client, options) => {
      if (name === 'cors') {
        const command = new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [] } })
        return client.send(withBody(command, setting), options)
      }
      const LifecycleConfiguration = { Rules: [] }
      const command = new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration })
      return client.send(withBody(command, setting), options)
    },
    { signal },
  )
}

type Changed = PutBucketCorsCommand | PutBucketLifecycleConfigurationCommand

/** Sends the text unchanged. Older stores require `Content-MD5` and know no other checksum. */
function withBody<C extends Changed>(command: C, { xml, headers }: BucketSetting): C {
  const body = Buffer.from(xml ?? '')
  // Only the types of their middleware stacks differ.
  const { middlewareStack } = command as PutBucketCorsCommand
  middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string>; body: unknown }
      const others = Object.entries(request.headers).filter(
        ([header]) => !/^x-amz-(sdk-)?checksum/.test(header),
      )
      request.body = body
      request.headers = {
        ...Object.fromEntries(others),
        ...headers,
        'content-length': String(body.length),
        'content-md5': createHash('md5').update(body).digest('base64'),
      }
      return next(args)
    },
    { step: 'build', priority: 'low', name: 'ferryOwnBody' },
  )
  return command
}
