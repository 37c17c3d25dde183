import { MIB } from '../../electron/contract/limits.ts'
import type { Link } from './link.ts'
import type { ExtraMemory } from './memory.ts'
import type { Run } from './timed-upload.ts'

/** Without integrity: the share of the speed that the same browser reaches without an engine. */
const GOAL_OF_BARE = 0.9
/** With integrity: the share of the speed without it, over a link of up to 1 Gbit/s. */
const GOAL_OF_LINK = 0.85
/** Fails only if longer than this and than the longest task without integrity. */
const GOAL_TASK_MS = 50
const GOAL_MEMORY_MIB = 100

/** Medians and rounds in MiB/s. */
interface Speed {
  readonly median: number
  readonly rounds: readonly number[]
}

export interface Result {
  /** The machine's load before the start, which lowers the results. */
  readonly machine: { readonly cores: number; readonly loadBefore: number }
  /** Without a speed limit. */
  readonly unbounded: {
    readonly fileMiB: number
    readonly bare: Speed
    readonly off: Speed
    readonly on: Speed
    readonly offOfBare: number
  }
  readonly line: Link & {
    readonly fileMiB: number
    readonly off: Speed
    readonly on: Speed
    readonly onOfOff: number
  }
  /** Zero when none was longer than 50 ms. */
  readonly longestTaskMs: { readonly off: number; readonly on: number }
  /** During the upload of a large file with integrity on; null: not measured on this system. */
  readonly extraMemoryMiB: { readonly page: number; readonly host: number } | null
  readonly largeMiB: number
}

export function speedOf(runs: readonly Run[]): Speed {
  const rounds = runs.map(({ mibPerSecond }) => mibPerSecond)
  return { median: round1(medianOf(rounds)), rounds: rounds.map(round1) }
}

export function ratioOf(part: Speed, whole: Speed): number {
  return Math.round((part.median / whole.median) * 1000) / 1000
}

export function longestOf(runs: readonly Run[]): number {
  return Math.round(Math.max(0, ...runs.flatMap(({ longTasksMs }) => longTasksMs)))
}

export function mebibytesOf(memory: ExtraMemory | null): Result['extraMemoryMiB'] {
  if (memory === null) return null
  return { page: round1(memory.pageBytes / MIB), host: round1(memory.hostBytes / MIB) }
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length / 2
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}

function round1(value: number): number {
  return Math.round(value * 10) / 10
}

export function linesOf(result: Result): readonly string[] {
  const { machine, unbounded, line, longestTaskMs, extraMemoryMiB, largeMiB } = result
  const latency = line.latencyMs === 0 ? '' : `, ${line.latencyMs} ms to every answer`
  const { on, off } = longestTaskMs
  const isTaskMet = on <= Math.max(GOAL_TASK_MS, off)
  return [
    `${machine.cores} cores, load ${machine.loadBefore} before; ${unbounded.bare.rounds.length} rounds each, medians; browser, host and store share the machine`,
    'Integrity on: every part summed up before it is sent (CRC64NVME in workers), signed with its',
    '  sum, the whole file read again before the end, the object proven. The store gives the sums',
    '  back and throws the bytes away unread: what a real one takes to check them is not counted.',
    'Integrity off: the same engine and host; the page reads nothing to sum it up and sends no sum,',
    '  at a store that checks nothing.',
    '',
    `As fast as this computer, ${unbounded.fileMiB} MiB`,
    speedLine('bare XHR of File.slice', unbounded.bare),
    speedLine('Ferry, integrity off', unbounded.off),
    speedLine('Ferry, integrity on', unbounded.on),
    ratioLine('off / bare', unbounded.offOfBare, GOAL_OF_BARE),
    `Over a line of ${line.megabits} Mbit/s${latency}, ${line.fileMiB} MiB`,
    speedLine('Ferry, integrity off', line.off),
    speedLine('Ferry, integrity on', line.on),
    ratioLine('on / off', line.onOfOff, GOAL_OF_LINK),
    `Longest task of the page's main thread: ${taskOf(on)} with integrity, ${taskOf(off)} without   (${verdict(isTaskMet)} none above ${GOAL_TASK_MS} ms because of it)`,
    memoryLine(extraMemoryMiB, largeMiB),
  ]
}

function taskOf(ms: number): string {
  return ms === 0 ? 'below 50 ms' : `${ms} ms`
}

function speedLine(name: string, { median, rounds }: Speed): string {
  return `  ${name.padEnd(24)} ${median} MiB/s   (${rounds.join(', ')})`
}

function ratioLine(name: string, ratio: number, goal: number): string {
  return `  ${name.padEnd(24)} ${ratio}   (${verdict(ratio >= goal)} ${goal})`
}

function memoryLine(extra: Result['extraMemoryMiB'], largeMiB: number): string {
  if (extra === null) return `Extra memory for ${largeMiB} MiB: not measured on this system`
  const isMet = extra.page + extra.host < GOAL_MEMORY_MIB
  return `Extra memory for ${largeMiB} MiB: page ${extra.page} MiB, host ${extra.host} MiB   (${verdict(isMet)} ${GOAL_MEMORY_MIB} MiB together)`
}

function verdict(isMet: boolean): string {
  return isMet ? 'meets the goal of' : 'misses the goal of'
}
