import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  type LifecycleRule,
} from '@aws-sdk/client-s3'
import { providerOf } from '../../../contract/providers/lookup.ts'
import { sendToStore } from '../../s3/request.ts'
import { isAbsent } from '../apply-fix.ts'
import { passed, type StepCheck, unknown, warned } from '../step.ts'

const PROPOSED_DAYS = 7

export const checkVersioning: StepCheck = async ({ store, reading }) => {
  const place = { Bucket: store.destination.bucket }
  const got = await sendToStore(
    store,
    (client, options) => client.send(new GetBucketVersioningCommand(place), options),
    { signal: reading },
  )
  if (!got.ok) return unknown(got.failure)
  const states = { Enabled: 'on', Suspended: 'suspended' } as const
  const { Status } = got.value
  return passed({ kind: 'versioning', state: Status === undefined ? 'off' : states[Status] })
}

/** Parts of abandoned uploads cost money until a rule removes them. */
export const checkUnfinishedRule: StepCheck = async ({ store, reading }) => {
  const { bucket, prefix, provider } = store.destination
  const place = { Bucket: bucket }
  const got = await sendToStore(
    store,
    (client, options) => client.send(new GetBucketLifecycleConfigurationCommand(place), options),
    { signal: reading },
  )
  if (!got.ok && !isAbsent(got.failure)) return unknown(got.failure)
  const rules = got.ok ? (got.value.Rules ?? []) : []
  const days = rules.flatMap((rule) => daysFor(rule, prefix))
  const finding = {
    kind: 'unfinished-rule',
    days: days.length === 0 ? null : Math.min(...days),
  } as const
  // Some stores remove them by themselves.
  if (finding.days !== null || providerOf(provider).unfinishedDays !== null) return passed(finding)
  const keptCount = rules.length
  return warned(finding, { kind: 'add-unfinished-rule', days: PROPOSED_DAYS, keptCount })
}

/** Null for a rule that is off, does something else, or applies elsewhere. */
function daysFor(rule: LifecycleRule, prefix: string): readonly number[] {
  const days = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation
  const below = rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? rule.Prefix ?? ''
  const isMeant = rule.Status === 'Enabled' && prefix.startsWith(below)
  return days !== undefined && isMeant ? [days] : []
}
