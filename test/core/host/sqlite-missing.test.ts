import { tmpdir } from 'node:os'
import { expect, it, vi } from 'vitest'
import { lockFolder } from '../../../electron/core/host/folder-lock.ts'
import { StartRefused } from '../../../electron/files/start-refused.ts'

// The error of an Electron whose Node has lost the module.
vi.mock('node:sqlite', () => {
  throw new Error('No such built-in module: node:sqlite')
})

it('says in plain words that this Electron has no SQLite', async () => {
  const start = lockFolder(tmpdir())

  await expect(start).rejects.toThrow(StartRefused)
  await expect(start).rejects.toThrow(/^This build of Ferry .* has no working SQLite/)
})
