import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { ROOT, runNode } from './child.ts'
import { temporaryFolder } from './ferry.ts'

it('says in one line why no window opens without Electron, and exits with an error', async () => {
  const child = runNode([
    join(ROOT, 'scripts/start.ts'),
    '--desktop',
    '--data-dir',
    await temporaryFolder(),
  ])
  onTestFinished(async () => {
    await child.stop()
  })

  const code = await child.ended

  expect(code).toBe(1)
  expect(child.errors()).toMatch(/^Electron's window cannot be opened: .+$/m)
  expect(child.errors()).toContain('ELECTRON_OVERRIDE_DIST_PATH')
  expect(child.output()).not.toContain('Ferry is ready')
})
