import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import { AwsHome } from '../../fakes/aws-stand-in/aws-home.ts'
import { AwsStandIn } from '../../fakes/aws-stand-in/aws-stand-in.ts'
import { CoreHarness, PART, someBytes } from '../../fakes/core-harness.ts'
import { FaultyHttp } from '../../fakes/faulty-http.ts'
import { TYPED_KEYS } from '../../fakes/typed-keys.ts'
import { type TemporaryBucket, temporaryBucket } from '../../local-bucket/temporary-bucket.ts'

const ROLE = 'arn:aws:iam::1:role/uploads'
const SERIAL = 'arn:aws:iam::1:mfa/me'
const HOUR_MS = 3_600_000
const bytes = someBytes(2 * PART)

let bucket: TemporaryBucket
let aws: AwsStandIn
let home: AwsHome
let http: FaultyHttp
let harness: CoreHarness
let aheadMs: number

beforeEach(async () => {
  aheadMs = 0
  bucket = await temporaryBucket()
  aws = await AwsStandIn.start()
  home = new AwsHome()
  http = new FaultyHttp()
  const { accessKeyId, secretAccessKey } = bucket.bucket
  const keys = () => ({ accessKeyId, secretAccessKey, sessionToken: '' })
  aws.sts.users.set('AKIABASE', 'good')
  aws.sts.roles.set(ROLE, { trusts: 'AKIABASE', keys })
  const mfa = { serial: SERIAL, codes: new Set(['123456']) }
  aws.sts.roles.set(`${ROLE}-by-code`, { trusts: 'AKIABASE', mfa, keys })
  home.config(`
[profile work]
role_arn = ${ROLE}
source_profile = base
services = here
[profile careful]
role_arn = ${ROLE}-by-code
source_profile = base
mfa_serial = ${SERIAL}
services = here
${aws.servicesSection}`)
  home.credentials('[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = base-secret\n')
  harness = await CoreHarness.start({
    storeHttp: http.storeHttp,
    environment: home.environment,
    now: () => Date.now() + aheadMs,
  })
})

afterEach(async () => {
  await harness.close()
  await bucket.discard()
  await aws.close()
  home.remove()
})

async function connect(profile: string): Promise<Destination> {
  const { endpoint, region, bucket: name } = bucket.bucket
  const saved = await harness.must('saveDestination', {
    ...TYPED_KEYS,
    ...{ destinationId: null, name: profile, provider: 'other', prefix: '', pathStyle: true },
    ...{ endpoint, region, bucket: name, accessKeyId: '', secretAccessKey: '', sessionToken: '' },
    ...{ keepSecret: true, credentialKind: 'profile', profile },
  })
  return saved.destination
}

const prepare = (uploadId: Awaited<ReturnType<CoreHarness['queueBytes']>>['uploadId']) =>
  harness.prepare(uploadId, PART)

const shownEnd = async () =>
  (await harness.must('listDestinations', {})).destinations.map((each) => each.keysExpireAtMs)

/** The store's answer after somebody ended the session. */
const ended = async () => {
  const body =
    '<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>'
  const headers = { 'content-type': 'application/xml' }
  return { response: { statusCode: 400, headers, body: Readable.from([Buffer.from(body)]) } }
}

it('uploads with the keys of a role, assumes it again when they expire, and continues', async () => {
  const destination = await connect('work')
  const { uploadId } = await harness.queueBytes(destination, 'a.bin', bytes)
  await harness.prepared(uploadId, PART)
  await harness.send(uploadId, bytes, [1])
  const takenAtFirst = aws.sts.taken.length

  aheadMs = HOUR_MS
  const afterAnHour = await prepare(uploadId)
  const takenLater = aws.sts.taken.length
  http.next('list-parts', ended)
  const afterRefusal = await prepare(uploadId)
  await harness.send(uploadId, bytes, [2])
  const done = await harness.must('completeUpload', { uploadId })

  expect([afterAnHour, afterRefusal].map((each) => each.ok && each.value.held.length)).toEqual([
    1, 1,
  ])
  expect([takenAtFirst, takenLater]).toEqual([1, 2])
  expect(done.status.phase).toBe('done')
  expect(harness.heard.log).not.toContain('secret')
})

it('shows when the keys expire, and lets no link or signature outlive them', async () => {
  const destination = await connect('work')
  const { uploadId } = await harness.queueBytes(destination, 'a.bin', bytes)
  await harness.prepared(uploadId, PART)
  const [part] = await harness.sign(uploadId, bytes, [1])
  await harness.send(uploadId, bytes, [1, 2])
  const { link } = await harness.must('completeUpload', { uploadId })
  const week = await harness.must('createShareLink', { uploadId, linkSeconds: 7 * 86_400 })
  const minute = await harness.must('createShareLink', { uploadId, linkSeconds: 60 })

  const [end] = await shownEnd()
  if (end == null || link === null || part === undefined) throw new Error('Nothing to compare')
  expect(destination).toMatchObject({ hasSecret: true, secretPlace: 'memory' })
  const shown = harness.heard.of('destinationsChanged').at(-1)?.destinations[0]
  expect(shown?.keysExpireAtMs).toBe(end)
  for (const { expiresAtMs, url } of [link, week, part]) {
    expect(expiresAtMs).toBeLessThanOrEqual(end)
    const seconds = Number(new URL(url).searchParams.get('X-Amz-Expires'))
    expect(seconds).toBeLessThanOrEqual(3600)
  }
  expect(minute.expiresAtMs - minute.createdAtMs).toBe(60_000)
})

it('waits for a device’s code, and then provides keys to everything that needs them', async () => {
  const destination = await connect('careful')
  const { uploadId } = await harness.queueBytes(destination, 'a.bin', bytes)
  const { credentials: source } = destination

  const before = await prepare(uploadId)
  const asked = await harness.must('signIn', { source, code: null })
  const wrong = await harness.ask('signIn', { source, code: '000000' })
  const right = await harness.must('signIn', { source, code: '123456' })
  const after = await prepare(uploadId)

  const needed = { ok: false, failure: { kind: 'sign-in-needed', by: 'code' } }
  expect([before, wrong]).toEqual([needed, needed])
  expect(asked).toEqual({ step: 'code', serial: SERIAL })
  expect(right).toEqual({ step: 'ready', expiresAtMs: (await shownEnd())[0] })
  expect(after.ok).toBe(true)
})

it('lets the host open the page of a sign-in until it is over', async () => {
  const startUrl = 'https://people.example/start'
  aws.oidc.startUrls.add(startUrl)
  aws.oidc.intervalSeconds = 0
  home.config(`
[profile people]
sso_start_url = ${startUrl}
sso_region = eu-west-1
sso_account_id = 111
sso_role_name = Uploads
services = here
${aws.servicesSection}`)
  const keys = { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 't' }
  aws.portal.accounts = [{ accountId: '111', accountName: 'Photos', roles: { Uploads: keys } }]

  const source = { kind: 'profile', profile: 'people' } as const
  const step = await harness.must('signIn', { source, code: null })
  if (step.step !== 'browser') throw new Error(`A page, not ${step.step}`)
  const during = harness.core.mayOpen(step.url)
  const ready = await harness.must('awaitSignIn', { signInId: step.signInId })

  expect([during, harness.core.mayOpen(step.url)]).toEqual([true, false])
  expect(ready.step).toBe('ready')
  expect(await harness.must('listProfiles', {})).toEqual({
    profiles: [
      { name: 'base', kind: 'keys', region: null, endpoint: null },
      { name: 'people', kind: 'sso', region: null, endpoint: null },
    ],
    hasEnvironment: false,
  })
})
