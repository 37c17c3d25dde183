// `npm run torture`: kills Ferry's host and its browser again and again while files travel over a
// line full of faults, and looks whether everything that Ferry says is true.
//
// Chance decides before the run: the same seed and options deal the same kills, faults and files in
// the same order and at the same times. What cannot be repeated is which request is on its way in
// that very millisecond; a run that fails names its seed, and often fails there again.
//
// kill -9 proves that nothing depends on a farewell: whatever a process held in its memory is gone,
// what it had handed to the operating system is not. A power failure takes that as well, and cannot
// be played on a running machine: what of the last seconds is on the disk then rests on SQLite's
// journal, and on asking the store again.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Reaper } from './child-processes.ts'
import { readOptions, type TortureOptions, USAGE } from './options.ts'
import { reportOf } from './report.ts'
import { Run } from './run.ts'
import { Violation } from './violation.ts'

/** Bringing everything to its end takes minutes; much more than that is none. */
const LONGEST_END_MS = 20 * 60_000

const say = (line: string) => process.stdout.write(`${line}\n`)

const options = readOptions(process.argv.slice(2))
if (typeof options === 'string') {
  say(`${options}\n\n${USAGE}`)
  process.exitCode = 2
} else {
  process.exitCode = await torture(options)
}

/** Answers the exit code. */
async function torture(options: TortureOptions): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'ferry-torture-'))
  const reaper = new Reaper()
  endWith(reaper, folder, options)
  const { kills, faults, minutes, seed } = options
  say(`Seed ${seed}: ${kills} kills and ${faults} faults in ${minutes} minutes`)
  const run = await Run.start(options, folder, reaper)
  const violation = await violationOf(run)
  say(`\n${reportOf(run.figures())}`)
  if (violation !== null) {
    run.note('violation', violation)
    say(`\n${violation}\nAt ${run.place()}.`)
    say(`Again: npm run torture -- ${process.argv.slice(2).join(' ')} (seed ${seed})`)
    say(`Records, bucket, files, profile and events.jsonl are in ${folder}`)
  }
  await run.close()
  if (violation !== null) return 1
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  return 0
}

/** However the run ends, and be it that nothing answers any more, no process of it stays. */
function endWith(reaper: Reaper, folder: string, { minutes }: TortureOptions): void {
  process.once('exit', () => reaper.killAll())
  const stop = (why: string, code: number) => {
    say(`${why} What there was is in ${folder}`)
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const) {
    process.once(signal, () => stop('Stopped.', 130))
  }
  const limitMs = minutes * 60_000 + LONGEST_END_MS
  setTimeout(() => stop('The run did not come to its end.', 1), limitMs).unref()
}

/** What went wrong first; null when every promise was kept. */
async function violationOf(run: Run): Promise<string | null> {
  try {
    await run.torture(say)
    await run.finish()
    return null
  } catch (error) {
    if (error instanceof Violation) return `Violation: ${error.message}`
    // The window not coming up, a store that does not answer: it could not be gone on.
    return `The run broke: ${error instanceof Error ? error.stack : String(error)}`
  }
}
