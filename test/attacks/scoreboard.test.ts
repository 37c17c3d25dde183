import { expect, test } from 'vitest'
import type { AttackCount } from './attack-kinds.ts'
import { scoreboardOf } from './scoreboard.ts'

test('the scoreboard adds up attempts and refusals by kind', () => {
  const counts: AttackCount[] = [
    { kind: 'hostile store', attempts: 3, refusals: 3 },
    { kind: 'commands', attempts: 10, refusals: 10 },
    { kind: 'hostile store', attempts: 2, refusals: 1 },
  ]

  const lines = scoreboardOf(counts)

  expect(lines).toEqual([
    'attack         attempts  refused',
    'commands             10       10',
    'hostile store         5        4  1 succeeded',
    'all                  15       14  1 succeeded',
  ])
})
