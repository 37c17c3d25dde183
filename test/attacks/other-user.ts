import { spawnSync } from 'node:child_process'
import type { TestContext } from 'vitest'

/** Mostly called "nobody"; it owns nothing that a test makes. */
export const OTHER_UID = 65_534

/** Runs a shell script as another user of this computer, with `values` as its arguments. */
export type OtherUser = (
  script: string,
  ...values: readonly string[]
) => {
  readonly isDone: boolean
  readonly stdout: string
}

/**
 * Only root can become somebody else. For every other user the attack is skipped, and the report
 * says that it was not run.
 */
export function otherUser(context: Pick<TestContext, 'skip'>): OtherUser {
  if (process.getuid?.() !== 0) context.skip('only root can act as a second user of this computer')
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
