import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Fifo } from '../../electron/lib/fifo.ts'

it('keeps the order whoever joins and leaves', () => {
  const people = Array.from({ length: 30 }, (_, id) => ({ id }))
  const anyMoves = fc.array(fc.tuple(fc.boolean(), fc.nat(29)), { maxLength: 200 })
  fc.assert(
    fc.property(anyMoves, fc.nat(5), (moves, count) => {
      const line = new Fifo<{ id: number }>()
      const model: { id: number }[] = []
      for (const [isJoining, id] of moves) {
        const one = people[id] ?? { id }
        const at = model.indexOf(one)
        if (isJoining) {
          line.add(one)
          if (at < 0) model.push(one)
        } else {
          line.delete(one)
          if (at >= 0) model.splice(at, 1)
        }
      }

      expect(line.first(count)).toEqual(model.slice(0, count))
    }),
  )
})

it('stays fast while a hundred thousand leave from the front', () => {
  const line = new Fifo<{ id: number }>()
  for (let id = 0; id < 100_000; id += 1) line.add({ id })

  const startedAt = performance.now()
  let left = 0
  for (let [next] = line.first(1); next !== undefined; [next] = line.first(1)) {
    line.delete(next)
    left += 1
  }

  expect(left).toBe(100_000)
  expect(performance.now() - startedAt).toBeLessThan(1_000)
})
