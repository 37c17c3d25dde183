// `npm run attacks`: runs every attack against Ferry and counts how many were refused.
import { startVitest } from 'vitest/node'
import { Scoreboard } from './scoreboard.ts'

/** Longer random series than in `npm test`. */
process.env.FERRY_ATTACKS = 'full'
const vitest = await startVitest('test', ['test/attacks', ...process.argv.slice(2)], {
  watch: false,
  reporters: ['default', new Scoreboard()],
})
await vitest.close()
