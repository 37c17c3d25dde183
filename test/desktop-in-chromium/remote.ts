import { Script } from 'node:vm'

/** A function from a test that runs in the main process, with the module `electron`. */
interface Question {
  readonly id: number
  readonly source: string
  readonly argument: unknown
}

type Answer =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }

export type FromStandIn =
  | Answer
  | { readonly kind: 'chromium'; readonly endpoint: string; readonly pid: number }

/**
 * Like Playwright's `ElectronApplication.evaluate`, so that a spec works with a real Electron, too.
 */
export function serveTest(electron: object): void {
  process.on('message', ({ id, source, argument }: Question) => {
    void Promise.resolve()
      .then(() => runAsText(source, electron, argument))
      .then(
        (value) => process.send?.({ kind: 'answer', id, value: value ?? null } satisfies Answer),
        (error) => process.send?.({ kind: 'failed', id, message: String(error) } satisfies Answer),
      )
  })
  // The parent process has ended, so nothing would ever stop this one.
  process.on('disconnect', () => process.exit(1))
  process.channel?.unref()
}

/** @throws what the function throws. */
export function runAsText(source: string, electron: object, argument: unknown): unknown {
  const run = new Script(`(${source})`).runInThisContext() as (
    module: object,
    argument: unknown,
  ) => unknown
  return run(electron, argument)
}
