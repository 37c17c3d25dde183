import type { TestModule } from 'vitest/node'
import { ATTACK_KINDS, type AttackCount } from './attack-kinds.ts'

/** One line for each kind of attack, then the total. */
export function scoreboardOf(counts: readonly AttackCount[]): readonly string[] {
  const kinds = ATTACK_KINDS.filter((kind) => counts.some((count) => count.kind === kind))
  const rows = [
    ...kinds.map((kind) =>
      rowOf(
        kind,
        counts.filter((count) => count.kind === kind),
      ),
    ),
    rowOf('all', counts),
  ]
  const width = Math.max(...rows.map(({ name }) => name.length), 'attack'.length) + 2
  return [
    `${'attack'.padEnd(width)}attempts  refused`,
    ...rows.map(({ name, attempts, refusals }) => {
      const line = `${name.padEnd(width)}${pad(attempts, 8)}  ${pad(refusals, 7)}`
      return attempts === refusals ? line : `${line}  ${attempts - refusals} succeeded`
    }),
  ]
}

interface Row {
  readonly name: string
  readonly attempts: number
  readonly refusals: number
}

function rowOf(name: string, counts: readonly AttackCount[]): Row {
  return {
    name,
    attempts: counts.reduce((sum, { attempts }) => sum + attempts, 0),
    refusals: counts.reduce((sum, { refusals }) => sum + refusals, 0),
  }
}

function pad(count: number, width: number): string {
  return String(count).padStart(width)
}

/** An attack that this computer cannot perform does not count as refused. */
function notRun(module: TestModule): readonly string[] {
  return [...module.children.allTests('skipped')].map((test) => {
    const result = test.result()
    const why = result.state === 'skipped' ? result.note : undefined
    return `not run: ${test.name}${why === undefined ? '' : ` (${why})`}`
  })
}

/** Vitest's reporter for `npm run attacks`: vitest.dev/api/advanced/reporters. */
export class Scoreboard {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = modules
      .flatMap((module) => [...module.children.allTests()])
      .flatMap((test) => test.meta().attack ?? [])
    if (counts.length > 0) process.stdout.write(`\n${scoreboardOf(counts).join('\n')}\n`)
    for (const line of modules.flatMap(notRun)) process.stdout.write(`${line}\n`)
  }
}
