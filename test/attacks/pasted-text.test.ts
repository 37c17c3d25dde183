import { parsePasted } from '../../renderer/features/destinations/pasted/parse-pasted.ts'
import { attack } from './attack.ts'

const LENGTH = 64 * 1000
/** Each once made a pattern start over at every character; the first took a minute. */
const RUNS = ['a', '\t', ' ', 'a.', '"', ',', '[a]\n', 'a = b\n', '-x ', '#', '/', 'AKIA', '{']
const STARTS = ['', 'https://', 's3://', 'mc alias set ', 'set ', 'aws_access_key_id = ', '{"']
const ENDS = ['', '!', '\u0000', '"', '}']

// With the old patterns a single text takes longer than the test may.
attack('hostile store', 'a pasted text cannot stop the window', (log) => {
  for (const start of STARTS) {
    for (const run of RUNS) {
      for (const end of ENDS) {
        parsePasted(start + run.repeat(LENGTH / run.length / 4) + end)
        log.tried(JSON.stringify([start, run, end]), true)
      }
    }
  }
  const longest = ['a'.repeat(LENGTH), '\t'.repeat(LENGTH)]
  for (const text of longest) log.tried('64 KB', parsePasted(`${text}!`) === null)
})
