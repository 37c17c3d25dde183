import { afterEach, beforeEach, expect, it } from 'vitest'
import { fixedKeys } from '../../../electron/core/s3/access-keys.ts'
import { KeyWorld, must, numbered, profile } from './credential-world.ts'

const ROLE = 'arn:aws:iam::1:role/uploads'
const MINUTE_MS = 60_000

let world: KeyWorld

beforeEach(async () => {
  world = await KeyWorld.start()
  const { sts } = world.aws
  sts.users.set('AKIABASE', 'good')
  sts.roles.set(ROLE, { trusts: 'AKIABASE', keys: numbered('ROLE') })
  world.home.config(`
[profile work]
role_arn = ${ROLE}
source_profile = base
services = here
${world.aws.servicesSection}`)
  world.home.credentials('[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s\n')
})

afterEach(() => world.close())

it('renews keys before they expire, and reports it', async () => {
  const ring = world.ring()
  const { current } = ring.sourceFor(profile('work'))
  const first = must(await current())
  const end = ring.expiresAtMs(profile('work'))

  world.aheadMs = 54 * MINUTE_MS
  const early = must(await current())
  world.aheadMs = 56 * MINUTE_MS
  const late = must(await current())

  expect([first, early, late].map((each) => each.accessKeyId)).toEqual([
    'ASIAROLE1',
    'ASIAROLE1',
    'ASIAROLE2',
  ])
  expect(end).toBe(first.expiresAtMs)
  expect(ring.expiresAtMs(profile('work'))).toBe(late.expiresAtMs)
  expect(world.changedCount).toBe(2)
})

it('continues with keys that are still valid if there are no others, but not longer', async () => {
  const { current } = world.ring().sourceFor(profile('work'))
  await current()
  world.aws.sts.roles.delete(ROLE)

  world.aheadMs = 56 * MINUTE_MS
  const nearly = await current()
  world.aheadMs = 61 * MINUTE_MS
  const over = await current()

  expect(must(nearly).accessKeyId).toBe('ASIAROLE1')
  expect(over).toEqual({
    ok: false,
    failure: { kind: 'keys-unavailable', source: 'work', reason: 'role-refused' },
  })
})

it('uses keys that seem expired because the clock is hours off, without requesting them each time', async () => {
  world.aheadMs = 5 * 3_600_000
  const { current } = world.ring().sourceFor(profile('work'))

  const both = [must(await current()), must(await current())]

  expect(both.map((each) => each.accessKeyId)).toEqual(['ASIAROLE1', 'ASIAROLE1'])
})

it('has no other keys than those in the file after a store refused them', async () => {
  const source = world.ring().sourceFor(profile('base'))
  const keys = must(await source.current())

  const refused = { ok: false, failure: { kind: 'credentials-expired' } }
  expect(await source.replaced(keys)).toEqual(refused)
  world.home.credentials('[base]\naws_access_key_id = AKIANEW\naws_secret_access_key = s\n')
  expect(must(await source.replaced(keys)).accessKeyId).toBe('AKIANEW')
  expect(await fixedKeys('A', keys).replaced(keys)).toEqual(refused)
})
