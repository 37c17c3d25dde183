import type { Reporter, TestModule } from 'vitest/node'
import { SPECS, WORLDS, type WorldName } from './spec-matrix.ts'

/** Prints, after the last test, where each end-to-end spec ran, and why it did not run elsewhere. */
export class MatrixReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const cells = new Map<string, string>()
    for (const module of modules) {
      const name = specOf(module.moduleId)
      if (name !== null) cells.set(keyOf(name, worldOf(module)), cellOf(module))
    }
    if (cells.size === 0) return
    const ran = WORLDS.filter((world) => [...cells.keys()].some((key) => key.startsWith(world)))
    process.stdout.write(`\n${table(cells, ran).join('\n')}\n${afterword(ran)}\n`)
  }
}

function worldOf({ project }: TestModule): string {
  return project.name.replace(/-later$/, '')
}

function specOf(path: string): string | null {
  return /\/test\/e2e\/(.+)\.test\.ts$/.exec(path.replaceAll('\\', '/'))?.[1] ?? null
}

const keyOf = (name: string, world: string) => `${world} ${name}`

function cellOf(module: TestModule): string {
  const tests = [...module.children.allTests()]
  const failed = tests.filter((test) => test.result().state === 'failed').length
  return failed > 0 || module.state() === 'failed' ? `${failed} failed` : String(tests.length)
}

const NAME_WIDTH = 24
const CELL_WIDTH = 11

function table(cells: ReadonlyMap<string, string>, ran: readonly WorldName[]): string[] {
  const line = (name: string, columns: readonly string[], why = '') =>
    `${name.padEnd(NAME_WIDTH)}${columns.map((each) => each.padEnd(CELL_WIDTH)).join('')}${why}`.trimEnd()
  const names = Object.keys(SPECS).filter((name) =>
    ran.some((world) => cells.has(keyOf(name, world))),
  )
  return [
    line('End-to-end specs', ran),
    ...names.map((name) => {
      const where = SPECS[name]
      const columns = ran.map((world) => cells.get(keyOf(name, world)) ?? '–')
      return line(name, columns, typeof where === 'object' ? where.because : '')
    }),
  ]
}

function afterword(ran: readonly WorldName[]): string {
  return ran.includes('electron')
    ? ''
    : 'Not on a real Electron: there is none on this computer, or no display for its window.'
}
