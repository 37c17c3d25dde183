import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../e2e/child.ts'
import { SPECS, specsOf } from '../e2e/worlds/spec-matrix.ts'

const folder = join(ROOT, 'test', 'e2e')

it('every end-to-end spec is in the matrix, and every entry has a file', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => path.replaceAll('\\', '/').slice(0, -'.test.ts'.length))

  expect(Object.keys(SPECS).sort()).toEqual(files.sort())
})

it('a desktop spec runs on a real Electron, too, unless it needs the stand-in', () => {
  expect(specsOf('electron')).toContain('test/e2e/upload.test.ts')
  expect(specsOf('browser')).not.toContain('test/e2e/desktop/window.test.ts')
})
