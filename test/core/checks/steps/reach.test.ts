import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { plain, refusal } from '../../../fakes/stub-store.ts'
import { CheckWorld, findingOf, lineOf, troubles, unknown } from '../check-world.ts'

let world: CheckWorld

beforeEach(async () => {
  world = await CheckWorld.start()
})

afterEach(() => world.close())

const HOUR_MS = 3_600_000

it('reports the form’s problems before it sends anything', async () => {
  const { stub, report } = await world.checkStub(plain(200, ''), { bucket: 'a/b' })

  expect(troubles(report)).toEqual(['form failed form-invalid'])
  expect(unknown(report)).toHaveLength(23)
  expect(stub.requests).toEqual([])
})

it('reports a missing secret if none was typed before', async () => {
  const environment = {
    credentialKind: 'environment',
    accessKeyId: '',
    secretAccessKey: '',
  } as const
  const saved = await world.harness.must('saveDestination', world.draft(environment))
  const { destinationId } = saved.destination

  const report = await world.check({ destinationId, secretAccessKey: '' })
  const listed = await world.harness.ask('listBuckets', {
    draft: world.draft({ destinationId, secretAccessKey: '' }),
  })

  const problems = [{ field: 'secretAccessKey', problem: 'missing' }]
  expect(troubles(report)).toEqual(['form failed form-invalid'])
  expect(listed).toEqual({ ok: false, failure: { kind: 'form-invalid', problems } })
})

it('reports a clock that is off by an hour, and continues by the store’s clock', async () => {
  const late = await CheckWorld.start({ now: () => Date.now() - HOUR_MS })

  const report = await late.check()
  await late.close()

  const finding = findingOf(report, 'clock')
  const failure = finding?.kind === 'failure' ? finding.failure : null
  const serverTimeMs = failure?.kind === 'clock-skewed' ? (failure.serverTimeMs ?? 0) : 0
  expect(lineOf(report, 'clock').verdict).toBe('warned')
  expect(Math.abs(serverTimeMs - Date.now())).toBeLessThan(HOUR_MS / 2)
  expect(troubles(report)).toEqual([
    'clock warned clock-skewed',
    'unfinished-rule warned unfinished-rule',
  ])
})

describe('the keys', () => {
  it.each([
    ['a wrong secret', { secretAccessKey: 'wrong' }],
    ['an unknown access key', { accessKeyId: 'AKIANOBODY' }],
  ])('are refused: %s', async (_what, changes) => {
    const report = await world.check(changes)

    expect(troubles(report)).toEqual(['credentials failed credentials-rejected'])
    expect(lineOf(report, 'clock').verdict).toBe('passed')
    expect(unknown(report)).toHaveLength(19)
  })

  it('are missing, but the connection to the store is still checked', async () => {
    const report = await world.check({ credentialKind: 'profile', profile: 'nobodys' })

    expect(troubles(report)).toEqual(['credentials failed keys-unavailable'])
    expect(lineOf(report, 'clock').verdict).toBe('passed')
  })

  it('need a sign-in first', async () => {
    const report = await world.check({
      credentialKind: 'sso',
      ...{ ssoStartUrl: 'https://a.awsapps.com/start', ssoRegion: 'eu-central-1' },
      ...{ ssoAccountId: '123456789012', ssoRoleName: 'Uploader' },
    })

    expect(lineOf(report, 'credentials')).toMatchObject({
      ...{ verdict: 'failed', fix: { kind: 'sign-in' } },
      finding: { failure: { kind: 'sign-in-needed', by: 'browser' } },
    })
  })

  it('have expired', async () => {
    const { report } = await world.checkStub(refusal(400, 'ExpiredToken'))

    expect(troubles(report)).toEqual(['credentials failed credentials-expired'])
  })
})

describe('the region', () => {
  it('is the one that the store names in a 400', async () => {
    const report = await world.check({ region: 'mars-1' })

    const { region } = world.other.bucket
    expect(lineOf(report, 'region')).toEqual({
      ...{ step: 'region', verdict: 'warned', finding: { kind: 'region', region } },
      fix: { kind: 'use-region', region },
    })
    expect(lineOf(report, 'put').verdict).toBe('passed')
    expect(unknown(report)).toEqual([])
  })

  it('is the one that the store names in a redirect', async () => {
    const redirect = refusal(301, 'PermanentRedirect', 'Elsewhere.', {
      'x-amz-bucket-region': 'eu-2',
    })
    const { report } = await world.checkStub((request, response) => {
      const isElsewhere = /eu-2/.test(String(request.headers.authorization))
      const answer = isElsewhere ? refusal(404, 'NoSuchBucket') : redirect
      answer(request, response)
    })

    expect(troubles(report)).toEqual(['region warned region', 'bucket failed bucket-missing'])
  })

  it('stays unknown if the store only says that it is wrong', async () => {
    const { report } = await world.checkStub(refusal(400, 'AuthorizationHeaderMalformed'))

    expect(troubles(report)).toEqual(['region failed region-wrong'])
    expect(lineOf(report, 'credentials').verdict).toBe('unknown')
  })
})

it('reports a missing bucket, and that the keys are valid', async () => {
  const report = await world.check({ bucket: 'nobodys' })

  expect(troubles(report)).toEqual(['bucket failed bucket-missing'])
  expect(lineOf(report, 'credentials').verdict).toBe('passed')
})
