// `npm run bench`: the engine against the bare ceiling of the same browser, and what 4 GiB cost.
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { GIB, MIB } from '../../electron/contract/limits.ts'
import { serveBarePage } from './bare-page.ts'
import { BenchBrowser } from './bench-browser.ts'
import { connectStore, startBenchFerry } from './bench-ferry.ts'
import { DiscardStore, type Timing } from './discard-store.ts'
import { type ExtraMemory, watchMemory } from './memory.ts'

const GOAL_RATIO = 0.9
const GOAL_MEMORY_BYTES = 100 * MIB
const MEMORY_FILE_BYTES = 4 * GIB

interface Options {
  readonly fileBytes: number
  readonly rounds: number
  readonly isJson: boolean
}

interface Result {
  readonly fileMiB: number
  /** Medians, MiB/s. */
  readonly bare: number
  readonly ferry: number
  readonly ratio: number
  readonly bareRounds: readonly number[]
  readonly ferryRounds: readonly number[]
  /** While a 4 GiB file travels; null: not measured on this system. */
  readonly extraMemoryMiB: { readonly page: number; readonly host: number } | null
}

const options = readOptions()
const result = await bench(options)
if (options.isJson) console.log(JSON.stringify(result))
else report(result)

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      /** MiB of the file that is timed. */
      size: { type: 'string', default: '1024' },
      rounds: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
    },
  })
  return {
    fileBytes: wholeNumber('--size', values.size) * MIB,
    rounds: wholeNumber('--rounds', values.rounds),
    isJson: values.json,
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new RangeError(`${name} takes a whole number above 0`)
  return Number(text)
}

async function bench({ fileBytes, rounds }: Options): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'ferry-bench-'))
  const store = await DiscardStore.start()
  const bare = await serveBarePage(store.endpoint)
  const ferry = await startBenchFerry(join(folder, 'data'))
  const browser = await BenchBrowser.start()
  try {
    const { origin } = new URL(ferry.url)
    await browser.watch((page) => connectStore(page, ferry.url, store.endpoint))
    const file = await sparseFile(join(folder, 'timed.bin'), fileBytes)
    const run = (url: string) => timedUpload(browser, store, url, file, fileBytes)
    // Not counted: the first run of each warms caches and compilers.
    await run(bare.url)
    await run(origin)
    const bareRounds: number[] = []
    const ferryRounds: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      bareRounds.push(speedOf(await run(bare.url)))
      ferryRounds.push(speedOf(await run(origin)))
    }
    const large = await sparseFile(join(folder, 'large.bin'), MEMORY_FILE_BYTES)
    const memory = await memoryOf(browser, store, origin, large, ferry.child.process.pid ?? 0)
    return summary(fileBytes, bareRounds, ferryRounds, memory)
  } finally {
    await browser.close()
    await ferry.child.stop()
    bare.close()
    store.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Takes no room on the disk; read, it is zeros. Both sides read the same. */
async function sparseFile(path: string, byteLength: number): Promise<string> {
  const file = await open(path, 'w')
  await file.truncate(byteLength)
  await file.close()
  return path
}

async function arrange(browser: BenchBrowser, store: DiscardStore, url: string, file: string) {
  await browser.watch(async (page) => {
    await page.goto(url)
    await giveFile(page, file)
    await store.untilHeld()
  })
}

/** By the protocol itself: Playwright would copy the file to a browser that it did not start. */
async function giveFile(page: Page, file: string): Promise<void> {
  const input = 'input[type=file]:not([webkitdirectory])'
  await page.locator(input).waitFor({ state: 'attached' })
  const session = await page.context().newCDPSession(page)
  const expression = `document.querySelector(${JSON.stringify(input)})`
  const { result: element } = await session.send('Runtime.evaluate', { expression })
  const objectId = element.objectId ?? ''
  await session.send('DOM.setFileInputFiles', { files: [file], objectId })
}

async function timedUpload(
  browser: BenchBrowser,
  store: DiscardStore,
  url: string,
  file: string,
  byteLength: number,
): Promise<Timing> {
  store.expect(byteLength)
  await arrange(browser, store, url, file)
  return store.time()
}

async function memoryOf(
  browser: BenchBrowser,
  store: DiscardStore,
  url: string,
  file: string,
  hostPid: number,
): Promise<ExtraMemory | null> {
  store.expect(MEMORY_FILE_BYTES)
  await arrange(browser, store, url, file)
  const watching = watchMemory(browser.pid, hostPid)
  await store.time()
  return watching?.stop() ?? null
}

function speedOf({ byteLength, seconds }: Timing): number {
  return byteLength / MIB / seconds
}

function summary(
  fileBytes: number,
  bareRounds: readonly number[],
  ferryRounds: readonly number[],
  memory: ExtraMemory | null,
): Result {
  const [bare, ferry] = [median(bareRounds), median(ferryRounds)]
  return {
    fileMiB: fileBytes / MIB,
    bare: round1(bare),
    ferry: round1(ferry),
    ratio: Math.round((ferry / bare) * 1000) / 1000,
    bareRounds: bareRounds.map(round1),
    ferryRounds: ferryRounds.map(round1),
    extraMemoryMiB:
      memory === null
        ? null
        : { page: round1(memory.pageBytes / MIB), host: round1(memory.hostBytes / MIB) },
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length / 2
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}

function round1(value: number): number {
  return Math.round(value * 10) / 10
}

function report({ fileMiB, bare, ferry, ratio, extraMemoryMiB, ...rounds }: Result): void {
  console.log(`${fileMiB} MiB in Chromium, checksums off, ${rounds.bareRounds.length} rounds each`)
  console.log(`  bare XHR of File.slice   ${bare} MiB/s   (${rounds.bareRounds.join(', ')})`)
  console.log(`  Ferry                    ${ferry} MiB/s   (${rounds.ferryRounds.join(', ')})`)
  console.log(
    `  ratio                    ${ratio}   (${verdict(ratio >= GOAL_RATIO)} ${GOAL_RATIO})`,
  )
  if (extraMemoryMiB === null) {
    console.log('Extra memory for 4 GiB: not measured on this system')
    return
  }
  const { page, host } = extraMemoryMiB
  const isMet = (page + host) * MIB < GOAL_MEMORY_BYTES
  console.log(
    `Extra memory for 4 GiB: page ${page} MiB, host ${host} MiB   (${verdict(isMet)} ${GOAL_MEMORY_BYTES / MIB} MiB together)`,
  )
}

function verdict(isMet: boolean): string {
  return isMet ? 'meets the goal of' : 'misses the goal of'
}
