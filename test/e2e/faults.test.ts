import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { internalError, slowDown, urlExpired } from '../faults/answers.ts'
import type { SeenRequest, Verdict } from '../faults/fault-proxy.ts'
import { download, writeRandomFile } from './files.ts'
import { ferryBehindProxy, landedParts, MIB } from './fresh-ferry.ts'

/** The engine takes half a minute of silence for the end of a connection. */
const OVER_A_STALL_MS = 75_000

/** Deals out the fault at the first try of each part; what comes again passes. */
async function uploadThrough(faultOf: (partNumber: number) => Verdict) {
  const { page, proxy, folder, store } = await ferryBehindProxy()
  const tried = new Set<number>()
  proxy.setRule(({ method, partNumber }) => {
    if (method !== 'PUT' || partNumber === null || tried.has(partNumber)) return { kind: 'pass' }
    tried.add(partNumber)
    return faultOf(partNumber)
  })
  const sha256 = await writeRandomFile(join(folder, 'film.bin'), 70 * MIB)
  await page.drop([join(folder, 'film.bin')])
  await page.untilStatus('film.bin', 'Done', OVER_A_STALL_MS)
  const got = await download(await page.link('film.bin'))
  return {
    isSame: got.sha256 === sha256,
    seen: proxy.seen,
    unfinished: await store.unfinishedKeys(),
  }
}

function triesOf(seen: readonly SeenRequest[], part: number): number {
  return seen.filter(({ method, partNumber }) => method === 'PUT' && partNumber === part).length
}

describe('an upload over a bad line', () => {
  it.each<[string, Verdict]>([
    ['connections break in the middle of parts', { kind: 'reset', afterBytes: MIB }],
    ['the store asks for fewer requests', { kind: 'answer', answer: slowDown() }],
    ['the store has trouble of its own', { kind: 'answer', answer: internalError }],
    ['signatures have expired on the way', { kind: 'answer', answer: urlExpired }],
  ])('ends whole although %s', async (_, fault) => {
    const { isSame, seen, unfinished } = await uploadThrough(() => fault)

    expect(isSame).toBe(true)
    expect(landedParts(seen)).toEqual([1, 2, 3, 4, 5])
    expect(unfinished).toEqual([])
  })

  it('gives a part up that went silent, and sends it again', async () => {
    const { isSame, seen } = await uploadThrough((partNumber) =>
      partNumber === 3 ? { kind: 'stall' } : { kind: 'pass' },
    )

    expect(isSame).toBe(true)
    expect(triesOf(seen, 3)).toBe(2)
  })

  it('sends a part again whose answer was lost, and still ends whole', async () => {
    const { isSame, seen } = await uploadThrough((partNumber) =>
      partNumber === 2 ? { kind: 'lose-answer' } : { kind: 'pass' },
    )

    expect(isSame).toBe(true)
    expect(triesOf(seen, 2)).toBe(2)
    expect(triesOf(seen, 1)).toBe(1)
  })
})
