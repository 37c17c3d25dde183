import { expect, it } from 'vitest'
import { MIB } from '../../electron/contract/limits.ts'
import { LIVE_PLACES } from '../../renderer/upload/engine/schedule.ts'
import { newRow } from '../../renderer/upload/engine/upload-row.ts'
import { Waitlist } from '../../renderer/upload/engine/waitlist.ts'
import { uploadRecord } from '../fakes/upload-records.ts'

const large = (number: number) => newRow(uploadRecord(number, 64 * MIB), number, true, 0)
const oneStore = () => new Waitlist(() => 'https://store.test')
const more = LIVE_PLACES.large + 1

/** As many live rows as there are places, and one that waits. */
function fullList() {
  const list = oneStore()
  const rows = Array.from({ length: more }, (_, index) => large(index + 1))
  for (const row of rows) list.wait(row, false)
  const [last = expect.unreachable('no row')] = rows.slice(-1)
  const live = rows.slice(0, -1)
  for (const row of live) list.live(row)
  return { list, live, last }
}

it('an upload that the user asks for while it waits begins once, and first', () => {
  const list = oneStore()
  const [first, second] = [large(1), large(2)]
  list.wait(first, false)
  list.wait(second, false)

  list.wait(second, true)

  expect(list.admissible()).toEqual([second, first])
})

it('an upload that waits again leaves its place to the next', () => {
  const { list, live, last } = fullList()
  const before = list.admissible()
  const [again = expect.unreachable('no row')] = live

  list.wait(again, false)

  expect(before).toEqual([])
  expect(list.admissible()).toEqual([last])
  expect([...list.liveByStore()].flatMap(([, rows]) => rows)).toEqual(live.slice(1))
})

it('an upload that is live is not begun a second time', () => {
  const { list, live } = fullList()
  const [ended = expect.unreachable('no row')] = live

  list.leave(ended)

  expect(list.admissible()).toHaveLength(1)
})
