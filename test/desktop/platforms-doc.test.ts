import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const doc = read('docs/platforms.md')

interface Row {
  readonly system: string
  readonly fact: string
  readonly here: string
  readonly workflow: string
  readonly unseen: string
}

/** The rows of all tables without their header rows. */
function rows(): readonly Row[] {
  const lines = doc.split('\n').filter((line) => /^\| (?!system \|)/.test(line))
  return lines.map((line) => {
    const cells = line.split('|').map((cell) => cell.trim())
    expect(cells, line).toHaveLength(7)
    const [, system = '', fact = '', here = '', workflow = '', unseen = ''] = cells
    return { system, fact, here, workflow, unseen }
  })
}

describe('docs/platforms.md', () => {
  it('has a system, a fact and an answer in each row', () => {
    expect(rows().length).toBeGreaterThan(0)
    for (const { system, fact, here, workflow, unseen } of rows()) {
      expect(system).toMatch(/^(All|(Windows|macOS|Linux)(, (Windows|macOS|Linux))?)$/)
      expect(fact).not.toBe('')
      expect(`${here}${workflow}${unseen}`, fact).not.toBe('')
    }
  })

  it('names existing tests', () => {
    const paths = [...doc.matchAll(/`((?:test|scripts)\/[\w./-]+)`/g)].map(([, path = '']) => path)

    expect(paths.length).toBeGreaterThan(0)
    expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([])
  })

  it('names a test for everything it calls proven here', () => {
    const claims = rows().filter(({ here }) => here !== '')

    expect(claims.filter(({ here }) => !/`test\/|\(\.\.\/test\//.test(here))).toEqual([])
  })

  it('names existing jobs', () => {
    const jobs = rows().flatMap(({ workflow }) => [
      ...workflow.matchAll(/`(check|release): (\w+)`/g),
    ])

    expect(jobs.length).toBeGreaterThan(0)
    for (const [named, workflow, job] of jobs) {
      expect(read(`.github/workflows/${workflow}.yml`), named).toMatch(
        new RegExp(`^  ${job}:$`, 'm'),
      )
    }
  })
})
