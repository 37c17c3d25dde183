import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ALL_ODDITIES } from './all-oddities.ts'
import { endingOf, type ZooFile } from './oddity.ts'
import { type ZooUpload, ZooWorld } from './zoo-world.ts'

/** So many uploads take long on a busy machine. */
const BEGIN_MS = 300_000
/**
 * The time limit for all of them together once they have started; one that does not end delays no
 * other.
 */
const ALL_MS = 100_000

const ends: (() => Promise<void> | void)[] = []
const started: { world?: ZooWorld } = {}
const guests: ReadonlyMap<ZooFile, ZooUpload>[] = []
let deadlineMs = Number.POSITIVE_INFINITY

beforeAll(async () => {
  const world = await ZooWorld.start((end) => {
    ends.unshift(end)
  })
  started.world = world
  const houses = await Promise.all(
    ALL_ODDITIES.map(async (oddity, index) => ({
      ...{ oddity, number: index + 1 },
      house: await world.house(oddity, `Zoo ${index + 1}`),
    })),
  )
  for (const { oddity, house, number } of houses) {
    guests.push(await world.invite(oddity, house, number))
  }
  deadlineMs = performance.now() + ALL_MS
}, BEGIN_MS)

afterAll(async () => {
  for (const end of ends) await end()
})

describe.each(ALL_ODDITIES.map((oddity, index) => ({ ...oddity, index })))('$title', (oddity) => {
  const { files = ['single', 'parts'], index } = oddity
  const ending = endingOf(oddity)
  const guest = (file: ZooFile) => {
    const found = guests[index]?.get(file)
    if (started.world === undefined || found === undefined) throw new TypeError('Nothing began')
    return { world: started.world, guest: found }
  }

  it.each(files)(`shows a file uploaded as %s as "${ending.status}"`, async (file) => {
    const { world, guest: found } = guest(file)

    const withinMs = Math.max(1_000, deadlineMs - performance.now())
    await world.page.untilStatus(found.name, ending.status, withinMs)

    expect(await world.page.status(found.name)).toMatch(ending.says)
    expect(world.sentBytes(found)).toBeLessThanOrEqual(ending.timesSent * found.byteLength)
    const object = await world.objectOf(found)
    const sha256 = object === null ? null : createHash('sha256').update(object).digest('hex')
    if (ending.object === 'the file') expect(sha256).toBe(found.sha256)
    if (ending.object === 'nothing') expect(object).toBeNull()
  })
})

it('the window had no unexpected error', () => {
  started.world?.page.expectNoProblems()
})
