import {
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  type LifecycleRule,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
} from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { corsRuleFor } from '../../../electron/contract/bucket-policies.ts'
import type { CheckFix } from '../../../electron/contract/commands/checks.ts'
import { lineOfRequest, no, ruledHttp } from '../../fakes/ruled-http.ts'
import { withClient } from './bucket-view.ts'
import { ALLOWED, CheckWorld, findingOf, lineOf, PAGE } from './check-world.ts'

/** A bucket without a CORS rule for the page. */
let world: CheckWorld

beforeEach(async () => {
  world = await CheckWorld.start({}, [])
})

afterEach(() => world.close())

const RULE = corsRuleFor(ALLOWED)
/** Allows the page but hides the ETag from it. */
const HIDING = { AllowedOrigins: ['*'], AllowedMethods: ['GET', 'PUT'], AllowedHeaders: ['*'] }

const apply = (fix: CheckFix) => world.harness.ask('applyFix', { draft: world.draft(), fix })

function putCors(rules: readonly object[]) {
  return withClient(world.other, (client, Bucket) => {
    const CORSConfiguration = { CORSRules: rules as (typeof HIDING)[] }
    return client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration }))
  })
}

function withoutPatterns() {
  return ruledHttp((request) => {
    const { body } = request as { readonly body?: unknown }
    const isPattern = lineOfRequest(request) === 'PUT ?cors' && `${body}`.includes('*.')
    return isPattern ? no(400, 'InvalidRequest') : null
  })
}

const corsRules = () =>
  withClient(world.other, async (client, Bucket) => {
    const { CORSRules = [] } = await client.send(new GetBucketCorsCommand({ Bucket }))
    return CORSRules
  })

describe('CORS', () => {
  it('is set with one press if the bucket has none', async () => {
    const before = await world.check()
    const fix: CheckFix = { kind: 'set-cors', rule: RULE, keptCount: 0 }
    expect(lineOf(before, 'cors')).toMatchObject({
      ...{
        verdict: 'failed',
        finding: { failure: { kind: 'cors-blocked', origin: ALLOWED } },
        fix,
      },
    })

    expect(await apply(fix)).toEqual({ ok: true, value: {} })

    expect(lineOf(await world.check(), 'cors').verdict).toBe('passed')
  })

  it('keeps the existing rules, and puts its own before one that hides the ETag', async () => {
    await putCors([HIDING, { ...HIDING, AllowedOrigins: ['https://a.example'], ID: 'kept' }])
    const before = await world.check()
    const { fix } = lineOf(before, 'cors')
    expect(lineOf(before, 'cors')).toMatchObject({ finding: { failure: { kind: 'etag-hidden' } } })
    expect(fix).toMatchObject({ keptCount: 2 })

    if (fix !== null) await apply(fix)

    expect(lineOf(await world.check(), 'cors').verdict).toBe('passed')
    const rules = await corsRules()
    expect(rules.map((rule) => rule.AllowedOrigins)).toEqual([
      [ALLOWED],
      ['*'],
      ['https://a.example'],
    ])
    expect(rules[2]?.ID).toBe('kept')
  })

  it('completes the rule of an earlier version of Ferry, whose windows had one origin', async () => {
    const { allowedMethods, allowedHeaders, exposeHeaders, maxAgeSeconds } = RULE
    await putCors([
      { ...HIDING, ID: 'kept' },
      {
        ...{ AllowedOrigins: ['http://127.0.0.1:4321'], AllowedMethods: allowedMethods },
        ...{ AllowedHeaders: allowedHeaders, ExposeHeaders: exposeHeaders.slice(0, 3) },
        MaxAgeSeconds: maxAgeSeconds,
      },
    ])
    const { fix } = lineOf(await world.check(), 'cors')

    if (fix !== null) await apply(fix)

    expect(lineOf(await world.check(), 'cors').verdict).toBe('passed')
    const rules = await corsRules()
    expect(rules.map((rule) => rule.AllowedOrigins)).toEqual([
      [ALLOWED, 'http://127.0.0.1:4321'],
      ['*'],
    ])
    expect(new Set(rules[0]?.ExposeHeaders)).toEqual(new Set(exposeHeaders))
    expect(rules[1]?.ID).toBe('kept')
  })

  it('allows every origin if the store accepts no * inside one, and says so', async () => {
    const plain = await CheckWorld.start({ storeHttp: withoutPatterns() }, [])
    const fix: CheckFix = { kind: 'set-cors', rule: RULE, keptCount: 0 }

    const applied = await plain.harness.ask('applyFix', { draft: plain.draft(), fix })
    const line = lineOf(await plain.check(), 'cors')
    await plain.close()

    expect(applied).toEqual({ ok: true, value: {} })
    expect(line).toMatchObject({ verdict: 'passed', finding: { kind: 'cors-any-origin' } })
  })

  it('is judged by what an upload sends: a rule without the checksum header blocks it', async () => {
    const headers = ['content-type', 'x-amz-meta-ferry-upload']
    const rule = { ...HIDING, AllowedOrigins: [PAGE], ExposeHeaders: ['ETag'] }
    await putCors([{ ...rule, AllowedHeaders: headers }])
    const without = await world.check()
    await putCors([{ ...rule, AllowedHeaders: [...headers, 'x-amz-checksum-crc64nvme'] }])
    const { destination } = await world.harness.must('saveDestination', world.draft())
    const unconditional = await world.check({ destinationId: destination.destinationId })

    expect(lineOf(without, 'cors').verdict).toBe('failed')
    // Uploads are sent without conditions there, so nothing is broken.
    expect(lineOf(unconditional, 'cors').verdict).toBe('warned')
    const { destinations } = await world.harness.must('listDestinations', {})
    expect(destinations[0]?.findings).toMatchObject({
      ...{ conditionalPut: null, conditionalComplete: 'honoured' },
    })
  })

  it('cannot be set if the existing rules cannot be read', async () => {
    const blind = await CheckWorld.start(
      {
        storeHttp: ruledHttp((request) =>
          lineOfRequest(request) === 'GET ?cors' ? no(403, 'AccessDenied') : null,
        ),
      },
      [],
    )

    const report = await blind.check()
    await blind.close()

    expect(lineOf(report, 'cors')).toMatchObject({ verdict: 'failed', fix: null })
  })

  it('cannot be set at a store without CORS rules', async () => {
    const without = await CheckWorld.start(
      {
        storeHttp: ruledHttp((request) =>
          lineOfRequest(request) === 'PUT ?cors' ? no(501, 'NotImplemented') : null,
        ),
      },
      [],
    )
    const fix: CheckFix = { kind: 'set-cors', rule: RULE, keptCount: 0 }

    const applied = await without.harness.ask('applyFix', { draft: without.draft(), fix })
    await without.close()

    expect(applied).toMatchObject({ failure: { kind: 'store-refused', status: 501 } })
  })
})

describe('the rule that removes unfinished uploads', () => {
  const rulesNow = () =>
    withClient(world.other, async (client, Bucket) => {
      const command = new GetBucketLifecycleConfigurationCommand({ Bucket })
      return (await client.send(command)).Rules ?? []
    })

  async function putRules(Rules: LifecycleRule[]): Promise<void> {
    await withClient(world.other, (client, Bucket) =>
      client.send(
        new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }),
      ),
    )
  }

  const OTHERS: LifecycleRule[] = [
    {
      ...{
        ID: 'logs',
        Status: 'Enabled',
        Filter: { And: { Prefix: 'logs/', ObjectSizeGreaterThan: 5 } },
      },
      Transitions: [{ Days: 30, StorageClass: 'GLACIER' }],
      NoncurrentVersionExpiration: { NoncurrentDays: 9, NewerNoncurrentVersions: 2 },
    },
    {
      ...{ ID: 'elsewhere', Status: 'Enabled', Filter: { Prefix: 'other/' } },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    },
    {
      ...{ ID: 'off', Status: 'Disabled', Filter: { Prefix: '' } },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
    },
  ]

  it('is added to the existing rules, below the destination’s prefix', async () => {
    await putRules(OTHERS)
    const before = await world.check()
    const { fix } = lineOf(before, 'unfinished-rule')
    expect(fix).toEqual({ kind: 'add-unfinished-rule', days: 7, keptCount: 3 })

    if (fix !== null) expect(await apply(fix)).toEqual({ ok: true, value: {} })

    const rules = await rulesNow()
    expect(rules.slice(0, 3)).toEqual(OTHERS)
    expect(rules[3]).toMatchObject({
      ...{ Status: 'Enabled', Filter: { Prefix: 'in/' } },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    })
    expect(findingOf(await world.check(), 'unfinished-rule')).toEqual({
      ...{ kind: 'unfinished-rule', days: 7 },
    })
  })

  it('takes the form of the older rules that it is added to', async () => {
    await putRules([{ ID: 'old', Status: 'Enabled', Prefix: 'tmp/', Expiration: { Days: 3 } }])

    await apply({ kind: 'add-unfinished-rule', days: 7, keptCount: 1 })

    const rules = await rulesNow()
    expect(rules.map((rule) => [rule.Prefix, rule.Filter])).toEqual([
      ['tmp/', undefined],
      ['in/', undefined],
    ])
  })
})

it('changes nothing for a fix that only concerns the form', async () => {
  const applied = await apply({ kind: 'use-region', region: 'eu-1' })

  expect(applied).toEqual({ ok: false, failure: { kind: 'wrong-state' } })
})
