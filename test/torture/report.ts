import { GIB, KIB, MIB } from '../../electron/contract/limits.ts'
import type { Totals } from './upload-account.ts'

/** The table at the end of a run. */
export function reportOf(figures: RunFigures): string {
  const { files, kills, faults, bytes, stuck } = figures
  const faultCount = Object.values(faults.byKind).reduce((sum, count) => sum + count, 0)
  const rows: readonly (readonly [string, string])[] = [
    ['minutes', figures.minutes.toFixed(1)],
    ['files', `${files.given} given, ${files.done} arrived identical`],
    ['bytes that arrived', sizeText(files.doneBytes)],
    ['kills', `${kills.times} of ${kills.planned}: host ${kills.hosts}, browser ${kills.browsers}`],
    ['faults', `${faultCount} of ${faults.planned}`],
    ...Object.entries(faults.byKind).map(([kind, count]) => [`  ${kind}`, String(count)] as const),
    ['bytes sent', sizeText(bytes.sentBytes)],
    ['  needed', sizeText(bytes.neededBytes)],
    ['  sent in vain', `${sizeText(bytes.wastedBytes)}, in ${bytes.sentAgain} parts`],
    ['  allowance', sizeText(bytes.allowedBytes)],
    ['slowest recovery', `${(figures.slowestRecoveryMs / 1000).toFixed(1)} s`],
    ['stuck at the end', stuck.length === 0 ? 'none' : stuck.join('; ')],
    ...figures.messages.map(([sentence, times]) => [`  told ${times} times`, sentence] as const),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

function sizeText(byteLength: number): string {
  if (byteLength >= GIB) return `${(byteLength / GIB).toFixed(2)} GiB`
  if (byteLength >= MIB) return `${(byteLength / MIB).toFixed(1)} MiB`
  return `${(byteLength / KIB).toFixed(1)} KiB`
}

/** The figures of a run. */
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
  /** The messages that the window showed to the user, and how often. */
  readonly messages: readonly (readonly [sentence: string, times: number])[]
  /** Uploads that ended with an error instead of an object. */
  readonly stuck: readonly string[]
}
