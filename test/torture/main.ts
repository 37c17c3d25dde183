// `npm run torture`: kills Ferry's host and browser again and again while files are uploaded over a
// connection full of faults, and checks that everything Ferry shows is true.
//
// All random choices are made before the run: the same seed and options give the same kills, faults
// and files in the same order and at the same times. Which request is running in that very
// millisecond cannot be repeated; a failed run prints its seed, and often fails with it again.
//
// kill -9 proves that nothing depends on a clean shutdown: everything in a process's memory is
// lost, but everything it gave to the operating system survives. A power failure loses that as
// well, and cannot be simulated on a running machine: which of the last seconds' writes are on the
// disk then depends on SQLite's journal, and on asking the store again.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Reaper } from './child-processes.ts'
import { readOptions, type TortureOptions, USAGE } from './options.ts'
import { reportOf } from './report.ts'
import { Run } from './run.ts'
import { Violation } from './violation.ts'

/** Finishing everything takes minutes; after this long it has failed. */
const LONGEST_END_MS = 20 * 60_000

const say = (line: string) => process.stdout.write(`${line}\n`)

const options = readOptions(process.argv.slice(2))
if (typeof options === 'string') {
  say(`${options}\n\n${USAGE}`)
  process.exitCode = 2
} else {
  process.exitCode = await torture(options)
}

/** Returns the exit code. */
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

/** However the run ends, even if nothing responds any more, none of its processes survives. */
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

/** The first violation; null when every promise was kept. */
async function violationOf(run: Run): Promise<string | null> {
  try {
    await run.torture(say)
    await run.finish()
    return null
  } catch (error) {
    if (error instanceof Violation) return `Violation: ${error.message}`
    // The run could not continue, for example because the window or the store did not respond.
    return `The run broke: ${error instanceof Error ? error.stack : String(error)}`
  }
}
