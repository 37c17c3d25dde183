import { expect, type TestContext, type TestOptions, test } from 'vitest'
import type { AttackCount, AttackKind } from './attack-kinds.ts'

declare module 'vitest' {
  interface TaskMeta {
    attack?: AttackCount
  }
}

export interface AttackLog {
  /**
   * Counts one attempt. If `isRefused` is false, the test fails at its end and names the attempt.
   */
  readonly tried: (attempt: string, isRefused: boolean) => void
}

/**
 * Defines one attack as a test. It passes when at least one attempt was made and all were refused.
 * Other assertions (nothing was lost, the user was told) belong in `run`, which skips the attack
 * with a reason on computers that cannot perform it.
 */
export function attack(
  kind: AttackKind,
  title: string,
  run: (log: AttackLog, context: Pick<TestContext, 'skip'>) => Promise<void> | void,
  options: TestOptions = {},
): void {
  test(title, options, async (context) => {
    const { task } = context
    const succeeded: string[] = []
    let attempts = 0
    const log: AttackLog = {
      tried: (attempt, isRefused) => {
        attempts += 1
        if (!isRefused) succeeded.push(attempt)
      },
    }

    try {
      await run(log, context)
    } finally {
      task.meta.attack = { kind, attempts, refusals: attempts - succeeded.length }
    }

    expect(succeeded, 'attempts that succeeded').toEqual([])
    expect(attempts, 'attempts').toBeGreaterThan(0)
  })
}
