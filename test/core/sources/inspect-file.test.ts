import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { failed } from '../../../electron/contract/outcome.ts'
import { inspectFile } from '../../../electron/core/sources/inspect-file.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'

it.runIf(process.platform !== 'win32')(
  'finds nothing in a pipe that replaced a file, and does not wait for a writer',
  async () => {
    const { folder, remove } = temporaryFolder()
    onTestFinished(remove)
    execFileSync('mkfifo', [join(folder, 'pipe')])

    const looked = await inspectFile(join(folder, 'pipe'), 4, { needsHash: true, isText: true })

    expect(looked).toEqual(failed({ kind: 'source-unreadable' }))
  },
)
