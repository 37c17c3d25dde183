import type { Totals } from './upload-account.ts'

/** What a run was, in numbers. */
export interface RunFigures {
  readonly minutes: number
  readonly files: { readonly given: number; readonly done: number; readonly doneBytes: number }
  readonly kills: {
    readonly planned: number
    readonly times: number
    readonly hosts: number
    readonly browsers: number
  }
  readonly faults: { readonly planned: number; readonly byKind: Readonly<Record<string, number>> }
  readonly bytes: Totals
  readonly slowestRecoveryMs: number
  /** What the window told the person, and how often. */
  readonly messages: readonly (readonly [sentence: string, times: number])[]
  /** Uploads that ended with a reason instead of an object. */
  readonly stuck: readonly string[]
}
