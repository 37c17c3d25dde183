import { corsRuleFor } from '../../contract/bucket-policies.ts'
import type { CheckFix } from '../../contract/commands/checks.ts'
import { isOriginPattern } from '../../contract/cors.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { Store } from '../s3/request.ts'
import { withCorsRule, withUnfinishedRule } from './added-rule.ts'
import { putSetting, readSetting, type SettingName } from './bucket-setting.ts'

const PATIENCE_MS = 30_000

type Nothing = Record<string, never>

/**
 * Changes the bucket as the fix says and keeps every rule that is there. The rule is made here once
 * more: what the page sends back is no order. Fails with `not-now` for what changes no bucket.
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
      return change(store, 'lifecycle', (xml) =>
        withUnfinishedRule(xml, store.destination.prefix, fix.days),
      )
    case 'use-region':
    case 'sign-in':
      return failed({ kind: 'not-now' })
  }
}

/** Where a store takes no `*` inside an origin, every origin is let in, as the window has said. */
async function setCors(store: Store, allowedOrigin: string): Promise<Outcome<Nothing>> {
  const allowing = (origin: string) =>
    change(store, 'cors', (xml) => withCorsRule(xml, corsRuleFor(origin)))
  const set = await allowing(allowedOrigin)
  const isPatternRefused =
    !set.ok && set.failure.kind === 'store-refused' && set.failure.status === 400
  return isPatternRefused && isOriginPattern(allowedOrigin) ? allowing('*') : set
}

async function change(
  store: Store,
  name: SettingName,
  changed: (xml: string | null) => string | null,
): Promise<Outcome<Nothing>> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  // Read just before it is written: somebody else may have added a rule since the check.
  const setting = await readSetting(store, name, signal)
  if (!setting.ok) return setting
  const xml = changed(setting.value.xml)
  if (xml === null) {
    return failed({ kind: 'not-s3', host: new URL(store.destination.endpoint).host })
  }
  const put = await putSetting(store, name, { ...setting.value, xml }, signal)
  return put.ok ? succeeded({}) : put
}
