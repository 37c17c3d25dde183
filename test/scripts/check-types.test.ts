import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { PROJECTS } from '../../scripts/check-types.ts'

it('checks the types of every folder with a tsconfig.json', () => {
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  const found = globSync('{electron,renderer,scripts,test}/**/tsconfig.json', { cwd })
    .map((path) => dirname(path).replaceAll('\\', '/'))
    .toSorted()

  expect(PROJECTS.toSorted()).toEqual(found)
})
