import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { attack } from './attack.ts'

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

interface Workflow {
  readonly name: string
  readonly lines: readonly string[]
}

function workflows(): readonly Workflow[] {
  const folder = at('.github/workflows')
  return readdirSync(folder).map((name) => ({
    name,
    lines: readFileSync(join(folder, name), 'utf8').split('\n'),
  }))
}

/** Composite actions of this repository. Their steps are indented two columns less than a job's. */
function actions(): readonly Workflow[] {
  const folder = at('.github/actions')
  return readdirSync(folder).map((name) => ({
    name,
    lines: readFileSync(join(folder, name, 'action.yml'), 'utf8')
      .split('\n')
      .map((line) => (line === '' ? '' : `  ${line}`)),
  }))
}

/** Each step: from its dash to the next one at the same depth. */
function stepsOf({ lines }: Workflow): readonly string[] {
  const steps: string[] = []
  for (const line of lines) {
    if (/^ {6}- /.test(line)) steps.push(line)
    else if (steps.length > 0 && /^ {7,}/.test(line)) steps.push(`${steps.pop()}\n${line}`)
  }
  return steps
}

/** A full commit hash, with its version for the reader; or a file of this repository. */
const PINNED = /uses: (?:\.\/[\w./-]+|[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/

attack('supply', 'an action whose tag was moved does not run', ({ tried }) => {
  for (const { name, lines } of [...workflows(), ...actions()]) {
    const uses = lines.filter((line) => /\buses:/.test(line))
    for (const line of uses) tried(`${name}: ${line.trim()}`, PINNED.test(line))
  }
})

attack('supply', 'a step has no permission that it does not need', ({ tried }) => {
  for (const workflow of workflows()) {
    const { name, lines } = workflow
    const text = lines.join('\n')
    tried(`${name}: usual rights`, /^permissions:\n {2}contents: read\n(?! )/m.test(text))
    tried(`${name}: no code of a fork with secrets`, !text.includes('pull_request_target'))
  }
  for (const workflow of [...workflows(), ...actions()]) {
    const { name } = workflow
    for (const step of stepsOf(workflow)) {
      const title = `${name}: ${step.split('\n')[0]?.trim()}`
      if (step.includes('actions/checkout@')) {
        tried(`${title} keeps no token`, /persist-credentials: false/.test(step))
      }
      // A title or a branch name is inserted into the shell script before the shell parses it.
      const script = /run:[\s\S]*?(?=\n {8}\w|$)/.exec(step)?.[0] ?? ''
      tried(`${title} takes no text from outside`, !script.includes('${{'))
    }
  }
})

attack('supply', 'a job that may sign or publish runs no code of a package', ({ tried }) => {
  const release = readFileSync(at('.github/workflows/release.yml'), 'utf8')
  const jobs = release.split(/^ {2}(?=\w[\w-]*:$)/m).slice(1)
  const powerful = jobs.filter((job) => /: write$/m.test(job))
  for (const job of powerful) {
    tried(job.split('\n')[0] ?? '', !/\bnpm (ci|install|run|exec|test)\b|\bnpx\b/.test(job))
  }

  expect(powerful.map((job) => job.split(':')[0])).toEqual(['publish'])
  expect(release).toContain('sha256sum -- * > SHA256SUMS')
  expect(release.match(/actions\/attest@/g)).toHaveLength(2)
})

attack('supply', 'a package that changed under its version does not get in', ({ tried }) => {
  const manifest = JSON.parse(readFileSync(at('package.json'), 'utf8'))
  const { packages } = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Record<string, unknown>>>
  }
  for (const [name, version] of Object.entries(manifest.devDependencies as object)) {
    tried(`${name} is one version`, /^\d+\.\d+\.\d+$/.test(String(version)))
  }
  const fetched = Object.entries(packages).filter(([path, each]) => path !== '' && !each.link)
  // The lockfile contains no addresses, so that a mirror works as well: the checksum decides.
  for (const [path, { resolved, integrity }] of fetched) {
    tried(path, resolved === undefined && String(integrity).startsWith('sha512-'))
  }

  expect(manifest.dependencies).toBeUndefined()
})
