import { expect, it } from 'vitest'
import { accessDenied, slowDown } from '../faults/answers.ts'
import type { Operation } from '../faults/seen-request.ts'
import { PASS, type Rule, type Verdict } from '../faults/verdict.ts'
import { sharedFaultWorld } from './fault-world.ts'
import { onDesktop } from './worlds/world.ts'

const world = sharedFaultWorld()

const NOTHING = { keys: [], unfinished: [] }

it.each<[string, () => Rule, readonly RegExp[]]>([
  [
    'the connection is reset during the PUT',
    () => once('PutObject', { kind: 'reset', afterBytes: 10 }),
    [/^Uploading files \(failed\)The store does not answer\. Check the network/],
  ],
  [
    'the store always asks for fewer requests',
    () => () => ({ kind: 'answer', answer: slowDown() }),
    [/^Bucket \(failed\)The store asks for fewer requests\. Wait a little/],
  ],
  [
    'the object that is read back was corrupted on the way',
    () => once('GetObject', { kind: 'flip-answer', atByte: 5 }),
    [/^Reading for links \(failed\)The downloaded file differs from the uploaded one/],
  ],
])('when %s the check reports it, and leaves nothing behind', async (_how, rule, sentences) => {
  const { proxy } = world()
  proxy.setRule(rule())

  const lines = await checked()
  proxy.setRule(() => PASS)

  expect(lines.filter((line) => line.includes('(failed)'))).toEqual(
    sentences.map((sentence) => expect.stringMatching(sentence)),
  )
  expect(lines.filter((line) => line.includes('(checking)'))).toEqual([])
  expect(await left()).toEqual(NOTHING)
})

it('keys that may not delete: the next check that may deletes what they left behind', async () => {
  const { proxy } = world()
  proxy.setRule(({ method }) =>
    method === 'DELETE' ? { kind: 'answer', answer: accessDenied } : PASS,
  )

  const lines = await checked()
  const leftBefore = await left()
  proxy.setRule(() => PASS)
  await checked()

  expect(lines.filter((line) => line.includes('s3:'))).toEqual([
    expect.stringMatching(
      /^Cancelling \(works, but\)These keys are not allowed to cancel uploads here/,
    ),
    expect.stringMatching(
      /^Deleting \(works, but\)These keys are not allowed to delete files here/,
    ),
  ])
  expect(leftBefore.keys).toEqual([expect.stringMatching(/^\.ferry-check-[0-9a-f]{16}$/)])
  await expect.poll(left).toEqual(NOTHING)
})

it('a connection that is lost during a check: it is reported, and leftovers are deleted when it is back', async () => {
  const { proxy } = world()
  const held = holdFirst('UploadPart')

  const checking = checked()
  await held.reached
  const leftBefore = await left()
  await proxy.vanish()
  held.letGo()
  const lines = await checking
  await proxy.comeBack()

  expect(lines).toContainEqual(
    expect.stringMatching(/^Large files in parts \(failed\).* cannot be reached\./),
  )
  expect(lines.filter((line) => line.includes('(checking)'))).toEqual([])
  expect([leftBefore.keys.length, leftBefore.unfinished.length]).toEqual([1, 1])
  await expect.poll(left).toEqual(NOTHING)
})

it('a dialog that is closed during a check leaves nothing behind', async () => {
  const { page } = world()
  const held = holdFirst('UploadPart')

  await openCheck()
  await held.reached
  const leftBefore = await left()
  const cancelled = untilCancelled()
  await page.button('Stop').click()
  held.letGo()
  await cancelled

  expect([leftBefore.keys.length, leftBefore.unfinished.length]).toEqual([1, 1])
  expect(await left()).toEqual(NOTHING)
})

/** In a browser the host's answer is visible; on the desktop it is not. */
async function untilCancelled(): Promise<void> {
  if (onDesktop()) await expect.poll(left).toEqual(NOTHING)
  else
    await world().page.page.waitForResponse((response) => response.url().endsWith('/cancelCheck'))
}

/** The fault for the first request of this operation; everything else passes. */
function once(operation: Operation, verdict: Verdict): Rule {
  const verdicts = [verdict]
  return (request) => (request.operation === operation ? (verdicts.shift() ?? PASS) : PASS)
}

/** Delays the first request of this operation until it is released. */
function holdFirst(operation: Operation) {
  const reached = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const isHeld = { yet: false }
  world().proxy.setRule(async (request) => {
    if (request.operation !== operation || isHeld.yet) return PASS
    isHeld.yet = true
    reached.resolve()
    await released.promise
    return PASS
  })
  return { reached: reached.promise, letGo: released.resolve }
}

/** The store's contents, fetched without the proxy. */
async function left() {
  const { store } = world()
  return { keys: await store.keys(), unfinished: await store.unfinishedKeys() }
}

async function openCheck(): Promise<void> {
  const { page, bucket } = world()
  await page.button(`More about ${bucket.bucket}`).click()
  await page.page.getByRole('menuitem', { name: 'Check connection' }).click()
}

/** Checks from the destination's menu until the report is there, and returns its lines. */
async function checked(): Promise<string[]> {
  const { page } = world()
  await openCheck()
  const report = page.page.locator('[aria-label="Connection check"][aria-busy="false"]')
  await report.waitFor()
  const lines = await report.getByRole('listitem').allTextContents()
  await page.button('Done').click()
  await report.waitFor({ state: 'detached' })
  return lines.map((line) => line.replaceAll(/\s+/g, ' ').trim())
}
