import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Fifo } from '../../electron/lib/fifo.ts'

it('keeps the order whatever is added and deleted', () => {
  const items = Array.from({ length: 30 }, (_, id) => ({ id }))
  const anySteps = fc.array(fc.tuple(fc.boolean(), fc.nat(29)), { maxLength: 200 })
  fc.assert(
    fc.property(anySteps, fc.nat(5), (steps, count) => {
      const queue = new Fifo<{ id: number }>()
      const model: { id: number }[] = []
      for (const [isAdding, id] of steps) {
        const item = items[id] ?? { id }
        const at = model.indexOf(item)
        if (isAdding) {
          queue.add(item)
          if (at < 0) model.push(item)
        } else {
          queue.delete(item)
          if (at >= 0) model.splice(at, 1)
        }
      }

      expect(queue.first(count)).toEqual(model.slice(0, count))
    }),
  )
})

it('stays fast while a hundred thousand items are removed from the front', () => {
  const queue = new Fifo<{ id: number }>()
  for (let id = 0; id < 100_000; id += 1) queue.add({ id })

  const startedAt = performance.now()
  let left = 0
  while (queue.shift() !== undefined) left += 1

  expect(left).toBe(100_000)
  expect(performance.now() - startedAt).toBeLessThan(1_000)
})
