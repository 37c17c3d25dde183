import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { download, writeRandomFile } from './files.ts'
import { ferryBehindProxy, holdPartsAfter, MIB, timesSent, untilPartsHeld } from './fresh-ferry.ts'

async function inTheMiddle() {
  const world = await ferryBehindProxy()
  const gate = holdPartsAfter(world.proxy, 3)
  const sha256 = await writeRandomFile(join(world.folder, 'film.bin'), 70 * MIB)
  await world.page.drop([join(world.folder, 'film.bin')])
  await untilPartsHeld(world.proxy, 3)
  return { ...world, gate, sha256 }
}

describe('a running upload', () => {
  it('stops when it is paused and resumes from the parts on the store', async () => {
    const { page, proxy, gate, sha256, store } = await inTheMiddle()

    await page.rowButton('film.bin', 'Pause').click()
    await page.untilStatus('film.bin', 'Paused')
    const heldWhilePaused = await store.heldParts()
    gate.open()
    await page.rowButton('film.bin', 'Resume').click()
    await page.untilStatus('film.bin', 'Done')

    expect(heldWhilePaused).toEqual([1, 2, 3])
    expect(timesSent(proxy.seen, 3)).toEqual([1, 1, 1])
    expect((await download(await page.link('film.bin'))).sha256).toBe(sha256)
  })

  it('leaves nothing on the store when it is cancelled', async () => {
    const { page, store, gate } = await inTheMiddle()

    await page.rowButton('film.bin', 'Cancel').click()
    await page.untilStatus('film.bin', 'Cancelled')
    gate.open()

    expect(await store.unfinishedKeys()).toEqual([])
    expect(await store.keys()).toEqual([])
  })

  it('leaves nothing on the store when it is cancelled while paused', async () => {
    const { page, store, gate } = await inTheMiddle()
    await page.rowButton('film.bin', 'Pause').click()
    await page.untilStatus('film.bin', 'Paused')

    await page.rowButton('film.bin', 'Cancel').click()
    await page.untilStatus('film.bin', 'Cancelled')
    gate.open()

    expect(await store.unfinishedKeys()).toEqual([])
    expect(await store.keys()).toEqual([])
  })

  it('is paused and resumed together with the others', async () => {
    const { page, gate, folder } = await inTheMiddle()
    const other = await writeRandomFile(join(folder, 'other.bin'), 40 * MIB)
    await page.drop([join(folder, 'other.bin')])
    await page.row('other.bin').waitFor()

    await page.button('Pause all').click()
    await page.untilStatus('film.bin', 'Paused')
    await page.untilStatus('other.bin', 'Paused')
    gate.open()
    await page.button('Resume all').click()
    await page.untilStatus('film.bin', 'Done')
    await page.untilStatus('other.bin', 'Done')

    expect((await download(await page.link('other.bin'))).sha256).toBe(other)
  })
})
