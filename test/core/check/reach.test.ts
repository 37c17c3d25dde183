import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { no, ruledHttp } from '../../fakes/ruled-http.ts'
import { SELF_SIGNED } from '../../fakes/self-signed.ts'
import { plain, refusal } from '../../fakes/stub-store.ts'
import { CheckWorld, findingOf, lineOf, troubles, unknown } from './check-world.ts'

let world: CheckWorld

beforeEach(async () => {
  world = await CheckWorld.start()
})

afterEach(() => world.close())

const HOUR_MS = 3_600_000

it('says what is wrong with the form before anybody is asked', async () => {
  const { stub, report } = await world.checkStub(plain(200, ''), { bucket: 'a/b' })

  expect(troubles(report)).toEqual(['form failed form-invalid'])
  expect(unknown(report)).toHaveLength(21)
  expect(stub.requests).toEqual([])
})

describe('the way to the store', () => {
  it('ends at a name that nobody knows', async () => {
    const report = await world.check({ endpoint: 'https://no-such-host.invalid' })

    expect(troubles(report)).toEqual(['dns failed host-not-found'])
    expect(unknown(report)).toHaveLength(20)
  })

  it('ends where nothing listens', async () => {
    const stub = await world.stub(plain(200, ''))
    const { endpoint } = stub
    await stub.close()

    const report = await world.check({ endpoint })

    expect(troubles(report)).toEqual(['tls failed host-unreachable'])
    expect(lineOf(report, 'dns').verdict).toBe('passed')
  })

  it('ends where no TLS is spoken', async () => {
    const endpoint = world.other.bucket.endpoint.replace('http:', 'https:')

    expect(troubles(await world.check({ endpoint }))).toEqual(['tls failed tls-failed'])
  })

  it('ends at an authority that this computer does not trust, and names it', async () => {
    const server = createServer(SELF_SIGNED)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo

    const report = await world.check({ endpoint: `https://localhost:${port}` })
    server.closeAllConnections()
    server.close()

    expect(findingOf(report, 'tls')).toEqual({
      kind: 'failure',
      failure: {
        kind: 'tls-failed',
        host: `localhost:${port}`,
        reason: 'DEPTH_ZERO_SELF_SIGNED_CERT (issuer: localhost)',
      },
    })
  })

  it('names who vouches for the store, where this computer trusts them', async () => {
    const trusted = getCACertificates('default')
    setDefaultCACertificates([...trusted, SELF_SIGNED.cert])
    const server = createServer(SELF_SIGNED, refusal(404, 'NoSuchBucket'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo

    const report = await world.check({ endpoint: `https://localhost:${port}` })
    server.closeAllConnections()
    server.close()
    setDefaultCACertificates(trusted)

    expect(lineOf(report, 'tls')).toMatchObject({
      ...{ verdict: 'passed', finding: { kind: 'tls', protocol: 'TLSv1.3', issuer: 'localhost' } },
    })
    expect(troubles(report)).toEqual(['bucket failed bucket-missing'])
  })

  it('leads through a proxy that knows names which this computer does not', async () => {
    const desktop = await CheckWorld.start({
      storeHttp: ruledHttp(() => no(403, 'InvalidAccessKeyId')),
      isCorsHandled: true,
    })

    const report = await desktop.check({ endpoint: 'https://no-such-host.invalid' })
    await desktop.close()

    expect(troubles(report)).toEqual(['credentials failed credentials-rejected'])
    expect(lineOf(report, 'dns').verdict).toBe('passed')
    expect(lineOf(report, 'tls')).toMatchObject({ verdict: 'passed', finding: null })
  })

  it('is not protected in one’s own network, which is no failure', async () => {
    const report = await world.check()

    expect(lineOf(report, 'tls')).toMatchObject({
      ...{ verdict: 'passed', finding: { protocol: 'http', issuer: null } },
    })
  })

  it.each([
    ['a web page', plain(404, '<!doctype html><p>Hello', { 'content-type': 'text/html' })],
    ['a server that says yes to everything', plain(200, '')],
  ])('ends at %s', async (_what, answer) => {
    const { report } = await world.checkStub(answer)

    expect(troubles(report)).toEqual(['tls failed not-s3'])
  })
})

it('calls a clock that is off by an hour by its name, and goes on by the store’s', async () => {
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
    ['an access key that nobody knows', { accessKeyId: 'AKIANOBODY' }],
  ])('are refused: %s', async (_what, changes) => {
    const report = await world.check(changes)

    expect(troubles(report)).toEqual(['credentials failed credentials-rejected'])
    expect(lineOf(report, 'clock').verdict).toBe('passed')
    expect(unknown(report)).toHaveLength(17)
  })

  it('are not there: the way to the store is known all the same', async () => {
    const report = await world.check({ credentialKind: 'profile', profile: 'nobodys' })

    expect(troubles(report)).toEqual(['credentials failed keys-unavailable'])
    expect(lineOf(report, 'clock').verdict).toBe('passed')
  })

  it('come from a sign-in that has to be made first', async () => {
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

  it('have ended', async () => {
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

  it('stays unknown where the store only says that it is wrong', async () => {
    const { report } = await world.checkStub(refusal(400, 'AuthorizationHeaderMalformed'))

    expect(troubles(report)).toEqual(['region failed region-wrong'])
    expect(lineOf(report, 'credentials').verdict).toBe('unknown')
  })
})

it('says that the bucket is missing', async () => {
  const report = await world.check({ bucket: 'nobodys' })

  expect(troubles(report)).toEqual(['bucket failed bucket-missing'])
  expect(lineOf(report, 'credentials').verdict).toBe('passed')
})
