import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CommandInput, CommandName } from '../../electron/contract/commands.ts'
import { someBytes } from '../fakes/core-harness.ts'
import { attack } from './attack.ts'
import { TwoBuckets } from './two-buckets.ts'

const BYTES = someBytes(1000)
const CHECKSUM = 'AAAAAAAAAAA='

let world: TwoBuckets

beforeEach(async () => {
  world = await TwoBuckets.open()
})

afterEach(() => world.close())

const failureOf = async <N extends CommandName>(name: N, input: CommandInput<N>) => {
  const outcome = await world.harness.ask(name, input)
  return outcome.ok ? null : outcome.failure
}

attack(
  'a page that was taken over',
  'a fake file at a decoy does not yield a link to an object that was never uploaded',
  async ({ tried }) => {
    const { harness, user, decoy } = world
    const destination = await world.save(user)
    await world.upload(destination, 'report.pdf', BYTES)
    await world.move(destination, decoy)
    const fake = await world.upload(destination, 'secret.pdf', BYTES)
    await world.move(destination, user)
    const { uploadId } = fake

    for (const linkSeconds of [null, 60, 604_800]) {
      const failure = await failureOf('createShareLink', { uploadId, linkSeconds })
      tried(`a link for ${linkSeconds} seconds`, failure?.kind === 'destination-moved')
      expect(JSON.stringify(failure)).not.toContain('X-Amz-Signature')
    }
    const { link } = await harness.record(uploadId)
    tried('the link of before', link?.url.startsWith(decoy.endpoint) === true)
  },
)

attack(
  'a page that was taken over',
  'an upload that was started at a decoy gains nothing at the real bucket',
  async ({ tried }) => {
    const { harness, user, decoy } = world
    const destination = await world.save(user)
    await world.move(destination, decoy)
    const bytes = someBytes(1000, 2)
    const { uploadId } = await harness.queueBytes(destination, 'begun.bin', bytes)
    await harness.prepared(uploadId)
    await harness.send(uploadId, bytes, [1])
    await world.move(destination, user)

    const parts = [{ partNumber: 1, checksum: CHECKSUM }]
    const part = { uploadId, partNumber: 1, isBodySent: true, seen: 'nothing' as const }
    const failures = {
      signParts: await failureOf('signParts', { uploadId, parts }),
      prepareUpload: await failureOf('prepareUpload', { uploadId }),
      completeUpload: await failureOf('completeUpload', { uploadId }),
      diagnoseNoResponse: await failureOf('diagnoseNoResponse', part),
      diagnoseSignature: await failureOf('diagnoseSignature', { uploadId }),
    }
    for (const [name, failure] of Object.entries(failures)) {
      tried(name, failure?.kind === 'destination-moved')
    }
  },
)

attack(
  'a page that was taken over',
  'cleaning up a cancelled upload deletes nothing in another bucket',
  async ({ tried }) => {
    const { harness, user, decoy } = world
    const destination = await world.save(user)
    const { uploadId } = await harness.queueBytes(destination, 'cancelled.bin', BYTES)
    await harness.prepared(uploadId)
    await harness.send(uploadId, BYTES, [1])
    await world.move(destination, decoy)

    const cancelled = await harness.must('cancelUpload', { uploadId })
    const { status } = cancelled
    tried('cancelling', status.phase === 'cancelled' && !status.storeIsClean)

    await world.move(destination, user)
    const again = await harness.must('cancelUpload', { uploadId })
    expect(again.status).toMatchObject({ phase: 'cancelled', storeIsClean: true })
  },
)

test('a link requested after an edit says where the file is, and works again after the edit is undone', async () => {
  const { harness, user, decoy } = world
  const destination = await world.save(user)
  const { uploadId } = await world.upload(destination, 'report.pdf', BYTES)

  await world.move(destination, decoy)
  const elsewhere = await failureOf('createShareLink', { uploadId, linkSeconds: null })
  await world.move(destination, user)
  const link = await harness.must('createShareLink', { uploadId, linkSeconds: null })

  expect(elsewhere).toEqual({
    kind: 'destination-moved',
    was: { endpoint: user.endpoint, bucket: 'user' },
    now: { endpoint: decoy.endpoint, bucket: 'decoy' },
  })
  expect((await fetch(link.url)).status).toBe(200)
})

test('an upload that waits, or that its bucket refused, follows the corrected destination', async () => {
  const { harness, user } = world
  const destination = await world.save(user, { bucket: 'mistyped' })
  const waiting = await harness.queueBytes(destination, 'waiting.bin', BYTES)
  const refused = await harness.queueBytes(destination, 'refused.bin', BYTES)
  await harness.prepare(refused.uploadId)

  await world.move(destination, user)

  for (const { uploadId } of [waiting, refused]) {
    await harness.prepared(uploadId)
    await harness.send(uploadId, BYTES, [1])
    expect((await harness.must('completeUpload', { uploadId })).status.phase).toBe('done')
  }
})

test('with other keys, the object must be the one that was uploaded', async () => {
  const { harness, user } = world
  const destination = await world.save(user)
  const { destinationId } = destination
  const { uploadId, key } = await world.upload(destination, 'report.pdf', BYTES)
  const { accessKeyId, secretAccessKey } = user
  await world.save(user, { destinationId, credentialKind: 'keys', accessKeyId, secretAccessKey })

  const own = await failureOf('createShareLink', { uploadId, linkSeconds: null })
  const { url } = await harness.must('createShareLink', { uploadId, linkSeconds: null })
  await world.save(user, { destinationId })
  await harness.must('saveRules', {
    destinationId,
    rules: { ...destination.rules, onConflict: 'replace' },
  })
  const later = await world.upload(destination, 'report.pdf', someBytes(1000, 9))
  await world.save(user, { destinationId, credentialKind: 'keys', accessKeyId, secretAccessKey })
  const others = await failureOf('createShareLink', { uploadId, linkSeconds: null })

  expect(own).toBeNull()
  expect((await fetch(url)).status).toBe(200)
  expect(later.key).toBe(key)
  expect(others).toMatchObject({ kind: 'destination-moved', was: { bucket: 'user' } })
})
