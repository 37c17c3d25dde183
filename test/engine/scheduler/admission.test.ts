import { expect, it } from 'vitest'
import { MIB } from '../../../electron/contract/limits.ts'
import { Admission, MAX_LIVE_UPLOADS } from '../../../renderer/engine/scheduler/admission.ts'
import { Upload } from '../../../renderer/engine/upload.ts'
import { uploadRecord } from '../../fakes/upload-records.ts'

const large = (number: number) => new Upload(uploadRecord(number, 64 * MIB), true, 0)
const oneStore = () => new Admission(() => 'https://store.test')
const more = MAX_LIVE_UPLOADS.large + 1

/** The maximum number of live uploads, and one that waits. */
function fullList() {
  const list = oneStore()
  const rows = Array.from({ length: more }, (_, index) => large(index + 1))
  for (const row of rows) list.enqueue(row, false)
  const [last = expect.unreachable('no row')] = rows.slice(-1)
  const live = rows.slice(0, -1)
  for (const row of live) list.admit(row)
  return { list, live, last }
}

it('a waiting upload that the user asks for starts first, and only once', () => {
  const list = oneStore()
  const [first, second] = [large(1), large(2)]
  list.enqueue(first, false)
  list.enqueue(second, false)

  list.enqueue(second, true)

  expect(list.admissible()).toEqual([second, first])
})

it('an upload that waits again lets the next one start', () => {
  const { list, live, last } = fullList()
  const before = list.admissible()
  const [again = expect.unreachable('no row')] = live

  list.enqueue(again, false)

  expect(before).toEqual([])
  expect(list.admissible()).toEqual([last])
  expect(list.live()).toEqual(live.slice(1))
})

it('a live upload is not started a second time', () => {
  const { list, live } = fullList()
  const [ended = expect.unreachable('no row')] = live

  list.remove(ended)

  expect(list.admissible()).toHaveLength(1)
})
