import { parseArgs } from 'node:util'
import { GIB, MIB } from '../../electron/contract/limits.ts'
import { type FaultKind, isFaultKind } from './fault-kinds.ts'
import type { Plan } from './schedule.ts'

export interface TortureOptions extends Plan {
  readonly linkMibPerSecond: number
  readonly hostKind: HostKind
  /** Verified objects are kept up to this total size, so that they can be verified again. */
  readonly diskBytes: number
}

export type HostKind = 'browser' | 'desktop'

export const USAGE = `Usage: npm run torture -- [options]

  --kills N      kill -9 of the host, the browser or both, so many times (200)
  --faults N     faults between Ferry and the store (1000)
  --minutes N    no kill and no fault after that (30)
  --seed N       another schedule of kills, faults and files (1)
  --largest MIB  the longest file (1024 from 20 minutes on, less in shorter runs)
  --link MIB     per second between Ferry and the store (16)
  --disk GIB     how much of what arrived is kept to the end (8)
  --host KIND    browser, or desktop: the built desktop app in a real Chromium (browser)
  --without KIND a kind of fault that is not dealt; can be repeated`

/** A run of the usual length has time for the largest file; a short one does not. */
const WHOLE_RUN_MINUTES = 20
const LARGEST_PER_MINUTE_MIB = 48

/** Returns a sentence instead of options if they are invalid. */
export function readOptions(args: readonly string[]): TortureOptions | string {
  try {
    return optionsOf(args)
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error
    return error.message
  }
}

function optionsOf(args: readonly string[]): TortureOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: 'string', default: '200' },
      faults: { type: 'string', default: '1000' },
      minutes: { type: 'string', default: '30' },
      seed: { type: 'string', default: '1' },
      largest: { type: 'string' },
      link: { type: 'string', default: '16' },
      disk: { type: 'string', default: '8' },
      host: { type: 'string', default: 'browser' },
      without: { type: 'string', multiple: true, default: [] },
    },
  })
  const minutes = wholeNumber('--minutes', values.minutes, 1)
  const largestMib =
    values.largest === undefined
      ? usualLargestMib(minutes)
      : wholeNumber('--largest', values.largest, 1)
  return {
    kills: wholeNumber('--kills', values.kills, 0),
    faults: wholeNumber('--faults', values.faults, 0),
    seed: wholeNumber('--seed', values.seed, 0),
    minutes,
    largestBytes: largestMib * MIB,
    linkMibPerSecond: wholeNumber('--link', values.link, 1),
    diskBytes: wholeNumber('--disk', values.disk, 1) * GIB,
    hostKind: hostKindOf(values.host),
    without: new Set(values.without.map(faultKindOf)),
  }
}

function usualLargestMib(minutes: number): number {
  return minutes >= WHOLE_RUN_MINUTES ? GIB / MIB : minutes * LARGEST_PER_MINUTE_MIB
}

function wholeNumber(name: string, text: string, least: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text)
  throw new RangeError(`${name} takes a whole number of at least ${least}, not "${text}".`)
}

function hostKindOf(text: string): HostKind {
  if (text === 'browser' || text === 'desktop') return text
  throw new RangeError(`--host takes browser or desktop, not "${text}".`)
}

function faultKindOf(text: string): FaultKind {
  if (isFaultKind(text)) return text
  throw new RangeError(`--without: there is no fault called "${text}".`)
}
