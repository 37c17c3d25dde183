import { parseArgs } from 'node:util'
import { MIB } from '../../electron/contract/limits.ts'
import type { Link } from './link.ts'

export interface Options {
  /** The size of the file that is timed without a speed limit. */
  readonly fileBytes: number
  /** The size of the file that is timed over the link. */
  readonly linkFileBytes: number
  readonly link: Link
  /** The size of the file that is uploaded while memory is measured. */
  readonly largeBytes: number
  readonly rounds: number
  readonly isJson: boolean
}

/** @throws RangeError for an invalid number. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      /** In MiB. */
      size: { type: 'string', default: '1024' },
      'link-size': { type: 'string', default: '1024' },
      large: { type: 'string', default: '4096' },
      /** The link's megabits per second, and its milliseconds until every answer. */
      link: { type: 'string', default: '1000' },
      latency: { type: 'string', default: '0' },
      rounds: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
    },
  })
  return {
    fileBytes: wholeNumber('--size', values.size) * MIB,
    linkFileBytes: wholeNumber('--link-size', values['link-size']) * MIB,
    link: {
      megabits: wholeNumber('--link', values.link),
      latencyMs: values.latency === '0' ? 0 : wholeNumber('--latency', values.latency),
    },
    largeBytes: wholeNumber('--large', values.large) * MIB,
    rounds: wholeNumber('--rounds', values.rounds),
    isJson: values.json,
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new RangeError(`${name} takes a whole number above 0`)
  return Number(text)
}
