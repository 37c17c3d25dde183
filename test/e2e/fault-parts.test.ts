import { appendFile, open, stat, utimes } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import {
  type Answer,
  accessDenied,
  internalError,
  keysUnknown,
  signatureMismatch,
  tokenExpired,
} from '../faults/answers.ts'
import { PASS, type Verdict } from '../faults/verdict.ts'
import { beginJourney, IN_PARTS_BYTES, partsOf } from './fault-journey.ts'
import { type FaultWorld, sharedFaultWorld } from './fault-world.ts'
import { isPart } from './faults-by-name.ts'
import { MIB } from './fresh-ferry.ts'
import { onDesktop } from './worlds/world.ts'

const world = sharedFaultWorld()

/** Each part gets its fault once, when it is sent for the first time. */
function firstSendsMeet({ proxy }: FaultWorld, name: string, faults: readonly Verdict[]): void {
  const met = new Set<number>()
  proxy.setRule((request) => {
    const { partNumber } = request
    if (!isPart(request, name) || partNumber === null || met.has(partNumber)) return PASS
    met.add(partNumber)
    return faults[partNumber - 1] ?? PASS
  })
}

/** Once the others are acknowledged, the second part is refused until the fault is lifted. */
function secondPartRefused({ proxy }: FaultWorld, name: string, answer: Answer) {
  let isLifted = false
  proxy.setRule(async (request) => {
    if (isLifted || !isPart(request, name, 2)) return PASS
    await proxy.until((seen) => {
      const acknowledged = seen.filter((each) => isPart(each, name) && each.isAnswered)
      return acknowledged.length >= 2
    })
    return { kind: 'answer', answer }
  })
  return {
    lift: () => {
      isLifted = true
    },
  }
}

describe('an upload in parts', () => {
  it('sends only the parts again that were interrupted, and none that arrived', async () => {
    const name = 'broken parts.bin'
    firstSendsMeet(world(), name, [
      { kind: 'reset', afterBytes: 3 * MIB },
      { kind: 'lose-answer' },
      { kind: 'answer', answer: internalError },
    ])

    const journey = await beginJourney(world(), name, IN_PARTS_BYTES)

    expect(await journey.isSameWhenDone()).toBe(true)
    expect(partsOf(journey)).toEqual({ sends: [2, 1, 2], landed: [1, 2, 3] })
    expect(await world().store.unfinishedKeys()).not.toContain(name)
  })

  it('sends a part again when one of its bytes was corrupted', async () => {
    const name = 'flipped.bin'
    firstSendsMeet(world(), name, [PASS, { kind: 'flip', atByte: 5 * MIB }])

    const journey = await beginJourney(world(), name, IN_PARTS_BYTES)

    expect(await journey.isSameWhenDone()).toBe(true)
    expect(
      journey
        .seen('UploadPart')
        .map(({ status }) => status)
        .toSorted(),
    ).toEqual([200, 200, 200, 400])
    expect(partsOf(journey)).toEqual({ sends: [1, 2, 1], landed: [1, 2, 3] })
    expect(await world().page.status(name)).toMatch(/^Done, verified/)
  })

  it.each<[string, Answer, string, number]>([
    // The host is asked for new keys twice before the user is.
    ['expired', tokenExpired, 'The keys have expired. Enter new ones', 3],
    ['unknown', keysUnknown, 'The store does not accept the keys. Check the access key ID', 1],
  ])(
    'asks for new keys when they are %s, and resumes from the same parts',
    async (how, answer, sentence, refusedSends) => {
      const { page } = world()
      const name = `keys ${how}.bin`
      const refusal = secondPartRefused(world(), name, answer)

      const journey = await beginJourney(world(), name, IN_PARTS_BYTES)
      await journey.until('Action needed')
      const said = await page.status(name)
      refusal.lift()
      await page.rowButton(name, 'Enter keys').click()
      await page.field('Secret access key').fill(world().bucket.secretAccessKey)
      await page.field('Secret access key').press('Enter')

      expect(said).toContain(sentence)
      expect(await journey.isSameWhenDone()).toBe(true)
      expect(partsOf(journey)).toEqual({ sends: [1, refusedSends + 1, 1], landed: [1, 2, 3] })
    },
  )

  it('does not blame keys that work for other requests when a signature is refused, and continues with them', async () => {
    const { page } = world()
    const name = 'rewritten.bin'
    const refusal = secondPartRefused(world(), name, signatureMismatch)

    const journey = await beginJourney(world(), name, IN_PARTS_BYTES)
    await journey.until('Action needed')
    const said = await page.status(name)
    refusal.lift()
    await page.rowButton(name, 'Retry').click()

    expect(said).toMatch(
      /Something in front of “[^”]+” changes signed requests on their way.*keys are right/,
    )
    expect(await journey.isSameWhenDone()).toBe(true)
    // Sent once more, because the keys could have changed after it was signed.
    expect(partsOf(journey)).toEqual({ sends: [1, 3, 1], landed: [1, 2, 3] })
  })

  it('keeps its parts when the keys lose their permission, and sends the rest when they regain it', async () => {
    const { page, store } = world()
    const name = 'not allowed.bin'
    const refusal = secondPartRefused(world(), name, accessDenied)

    const journey = await beginJourney(world(), name, IN_PARTS_BYTES)
    await journey.until('Action needed')
    const said = await page.status(name)
    const kept = await store.heldParts()
    refusal.lift()
    await page.rowButton(name, 'Retry').click()

    expect(said).toContain('they may not put files into this bucket (s3:PutObject).')
    expect(kept).toEqual([1, 3])
    expect(await journey.isSameWhenDone()).toBe(true)
    expect(partsOf(journey)).toEqual({ sends: [1, 2, 1], landed: [1, 2, 3] })
  })

  it('starts over when the store has forgotten it', async () => {
    const { proxy, store } = world()
    const name = 'forgotten.bin'
    proxy.setRule(async (request) => {
      if (isPart(request, name, 3)) {
        proxy.setRule(() => PASS)
        await store.abortUnfinished()
      }
      return PASS
    })

    const journey = await beginJourney(world(), name, IN_PARTS_BYTES)

    expect(await journey.isSameWhenDone()).toBe(true)
    expect(journey.seen('CreateMultipartUpload').map(({ status }) => status)).toEqual([200, 200])
    expect(partsOf(journey).landed.filter((part) => part === 3)).toEqual([3])
    expect(await store.unfinishedKeys()).not.toContain(name)
  })

  it('waits for a store that is gone for a while, and sends no acknowledged part twice', async () => {
    const { proxy } = world()
    const name = 'gone.bin'
    const opened = Promise.withResolvers<Verdict>()
    proxy.setRule((request) =>
      isPart(request, name) && !isPart(request, name, 1) ? opened.promise : PASS,
    )

    const journey = await beginJourney(world(), name, IN_PARTS_BYTES)
    await proxy.until((seen) => seen.some((each) => isPart(each, name, 1) && each.isAnswered))
    await proxy.vanish()
    opened.resolve(PASS)
    await journey.untilSaid(
      // On the desktop the proxy that disappears is the system's.
      onDesktop()
        ? /^Waiting.* · The proxy that this computer is set to use cannot be reached/
        : /^Waiting.* · The store does not answer/,
    )
    await proxy.comeBack()

    expect(await journey.isSameWhenDone()).toBe(true)
    expect(partsOf(journey).landed).toEqual([1, 2, 3])
  })
})

describe('a file that changes while it is uploaded', () => {
  it.each<[string, (path: string) => Promise<void>]>([
    ['grows', (path) => appendFile(path, 'more')],
    ['is touched', (path) => utimes(path, new Date(), new Date(Date.now() + 5000))],
    ['changes a byte and keeps its time', changeByteSecretly],
  ])('and %s ends as changed, and leaves no object behind', async (how, change) => {
    const { page, proxy, store } = world()
    const name = `file ${how}.bin`
    const held = Promise.withResolvers<Verdict>()
    proxy.setRule((request) => (isPart(request, name, 2) ? held.promise : PASS))

    const journey = await beginJourney(world(), name, IN_PARTS_BYTES)
    await proxy.until((seen) => seen.some((each) => isPart(each, name, 1) && each.isAnswered))
    await change(journey.path)
    held.resolve(PASS)
    await journey.until('Failed')

    expect(await page.status(name)).toMatch(/^Failed · The file changed while it was uploaded/)
    await page.rowButton(name, 'Upload again').waitFor()
    expect(journey.seen('CompleteMultipartUpload')).toEqual([])
    expect(await store.keys()).not.toContain(name)
  })
})

/** In the first part, which is acknowledged by then. */
async function changeByteSecretly(path: string): Promise<void> {
  const { atime, mtime } = await stat(path)
  const file = await open(path, 'r+')
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 1000)
  await file.write(Buffer.of((buffer[0] ?? 0) ^ 1), 0, 1, 1000)
  await file.close()
  await utimes(path, atime, mtime)
}
