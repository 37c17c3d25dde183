import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'vitest'

/** Usually "nobody"; it owns nothing that a test creates. */
export const OTHER_UID = 65_534

/** Runs a shell script as another user of this computer, with `values` as its arguments. */
export type OtherUser = (script: string, ...values: readonly string[]) => Done

export interface Done {
  readonly isDone: boolean
  readonly stdout: string
}

/** Like `OtherUser`, but asynchronous: this process may have to answer meanwhile. */
export async function runAsOtherUser(
  context: Pick<TestContext, 'skip'>,
  script: string,
  ...values: readonly string[]
): Promise<Done> {
  onlyRoot(context)
  const child = spawn('/bin/sh', ['-c', script, 'sh', ...values], {
    ...{ uid: OTHER_UID, gid: OTHER_UID, timeout: 10_000 },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  return { isDone: code === 0, stdout }
}

/**
 * Only root can become another user. For every other user the attack is skipped, and the report
 * says that it was not run.
 */
export function otherUser(context: Pick<TestContext, 'skip'>): OtherUser {
  onlyRoot(context)
  return (script, ...values) => {
    const { status, stdout } = spawnSync('/bin/sh', ['-c', script, 'sh', ...values], {
      uid: OTHER_UID,
      gid: OTHER_UID,
      encoding: 'utf8',
      timeout: 10_000,
    })
    return { isDone: status === 0, stdout }
  }
}

function onlyRoot(context: Pick<TestContext, 'skip'>): void {
  if (process.getuid?.() !== 0) context.skip('only root can act as a second user of this computer')
}
