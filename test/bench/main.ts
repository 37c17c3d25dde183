// `npm run bench`: compares the engine with the upper limit of the same browser, and integrity on
// and off over a 1 Gbit/s link, and measures the memory that a large file needs.
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { MIB } from '../../electron/contract/limits.ts'
import { buildPage } from '../../scripts/build-outputs.ts'
import { ROOT } from '../e2e/child.ts'
import { serveBarePage } from './bare-page.ts'
import { BenchBrowser } from './bench-browser.ts'
import { connectStore, startBenchFerry } from './bench-ferry.ts'
import { DiscardStore } from './discard-store.ts'
import { type Options, readOptions } from './options.ts'
import { buildPageWithoutChecksums } from './page-without-checksums.ts'
import { linesOf, longestOf, mebibytesOf, type Result, ratioOf, speedOf } from './result.ts'
import { memoryOfUpload, type Run, type Side, sparseFile, timeUpload } from './timed-upload.ts'

type SideName = 'bare' | 'off' | 'on'

/** Cleanup functions, run in reverse order. */
type Ends = (() => unknown)[]

const options = readOptions(process.argv.slice(2))
const result = await bench(options)
console.log(options.isJson ? JSON.stringify(result) : linesOf(result).join('\n'))

async function bench(of: Options): Promise<Result> {
  const loadBefore = Math.round((loadavg()[0] ?? 0) * 100) / 100
  const ends: Ends = []
  try {
    const folder = await mkdtemp(join(tmpdir(), 'ferry-bench-'))
    ends.push(() => rm(folder, { recursive: true, force: true }))
    const browser = await BenchBrowser.start()
    ends.push(() => browser.close())
    const sides = await startSides(browser, folder, ends)
    return await measure(of, browser, sides, folder, loadBefore)
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

async function startSides(
  browser: BenchBrowser,
  folder: string,
  ends: Ends,
): Promise<Record<SideName, Side>> {
  await buildPage()
  const pageWithoutSums = join(folder, 'page')
  await buildPageWithoutChecksums(pageWithoutSums)
  const startFerry = async (name: 'off' | 'on', pageFolder: string): Promise<Side> => {
    const store = await DiscardStore.start(name === 'on')
    ends.push(() => store.close())
    const ferry = await startBenchFerry(join(folder, name), pageFolder)
    ends.push(() => ferry.child.stop())
    await browser.watch((page) => connectStore(page, ferry.url, store.endpoint))
    return { url: new URL(ferry.url).origin, store, hostPid: ferry.child.process.pid ?? 0 }
  }
  const off = await startFerry('off', pageWithoutSums)
  const on = await startFerry('on', join(ROOT, 'out/renderer'))
  const bare = await serveBarePage(off.store.endpoint)
  ends.push(bare.close)
  return { bare: { url: bare.url, store: off.store, hostPid: 0 }, off, on }
}

async function measure(
  of: Options,
  browser: BenchBrowser,
  sides: Record<SideName, Side>,
  folder: string,
  loadBefore: number,
): Promise<Result> {
  const file = await sparseFile(join(folder, 'timed.bin'), of.fileBytes)
  const lineFile = await sparseFile(join(folder, 'line.bin'), of.linkFileBytes)
  const large = await sparseFile(join(folder, 'large.bin'), of.largeBytes)
  // Not counted: the first run of each warms up caches and compilers, and lets the host probe what
  // the store checks.
  for (const name of ['bare', 'off', 'on'] as const) {
    const { isSummed } = await timeUpload(browser, sides[name], file, null)
    // Verifies that each variant has checksums only if it should.
    if (isSummed !== (name === 'on'))
      throw new Error(`The parts of "${name}" are summed up wrongly`)
  }
  const free: Record<SideName, Run[]> = { bare: [], off: [], on: [] }
  const line: Record<'off' | 'on', Run[]> = { off: [], on: [] }
  for (let round = 0; round < of.rounds; round += 1) {
    for (const name of ['bare', 'off', 'on'] as const) {
      free[name].push(await timeUpload(browser, sides[name], file, null))
    }
    for (const name of ['off', 'on'] as const) {
      line[name].push(await timeUpload(browser, sides[name], lineFile, of.link))
    }
  }
  const memory = await memoryOfUpload(browser, sides.on, large)
  const [bare, off, on] = [speedOf(free.bare), speedOf(free.off), speedOf(free.on)]
  const [lineOff, lineOn] = [speedOf(line.off), speedOf(line.on)]
  return {
    machine: { cores: availableParallelism(), loadBefore },
    unbounded: { fileMiB: of.fileBytes / MIB, bare, off, on, offOfBare: ratioOf(off, bare) },
    line: {
      ...of.link,
      fileMiB: of.linkFileBytes / MIB,
      off: lineOff,
      on: lineOn,
      onOfOff: ratioOf(lineOn, lineOff),
    },
    longestTaskMs: {
      off: longestOf([...free.off, ...line.off]),
      on: longestOf([...free.on, ...line.on]),
    },
    extraMemoryMiB: mebibytesOf(memory),
    largeMiB: of.largeBytes / MIB,
  }
}
