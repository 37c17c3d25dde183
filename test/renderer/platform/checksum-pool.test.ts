import { randomFillSync } from 'node:crypto'
import { open, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ChecksumAlgorithm } from '../../../electron/contract/checksum.ts'
import { GIB, MIB } from '../../../electron/contract/limits.ts'
import { checksumOf } from '../../fakes/core-harness.ts'
import { AdaptersPage } from '../../port-contracts/adapters-page.ts'
import type { SumAsked } from '../../port-contracts/page/page.ts'

const CHECK_VALUES = {
  crc64nvme: 'ae8b14860a799888',
  crc32c: 'e3069283',
  sha256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
  md5: '25f9e794323b453885f5181f1b624d0b',
} as const
const ALGORITHMS = ChecksumAlgorithm.options
/** Takes long enough for a test to interfere; a sparse file needs no disk space. */
const LONG_BYTES = 8 * GIB
/** Longer than anything that succeeds takes. */
const PATIENT_MS = 60_000

let adapters: AdaptersPage
let page: Page

beforeAll(async () => {
  adapters = await AdaptersPage.open()
  const { server } = await adapters.serve()
  page = await adapters.page(server.origin)
})
afterAll(() => adapters.close())

beforeEach(async () => {
  await page.reload()
  await page.waitForFunction(() => 'adapters' in window)
})

async function give(...files: readonly (readonly [name: string, bytes: Uint8Array | string])[]) {
  const paths = files.map(([name]) => join(adapters.folder, name))
  await Promise.all(files.map(([, bytes], index) => writeFile(paths[index] ?? '', bytes)))
  await Promise.all(paths.map((path) => utimes(path, 1_700_000_000, 1_700_000_000)))
  await page.getByLabel('Files').setInputFiles(paths)
  return paths
}

async function giveLong(): Promise<string> {
  const path = join(adapters.folder, 'long.bin')
  const file = await open(path, 'w')
  await file.truncate(LONG_BYTES)
  await file.close()
  await page.getByLabel('Files').setInputFiles([path])
  return path
}

const asking = (part: Partial<SumAsked> = {}): SumAsked => ({
  file: 0,
  start: 0,
  end: LONG_BYTES,
  algorithm: 'sha256',
  order: 'next',
  ...part,
})

const sums = (...asked: readonly SumAsked[]) =>
  page.evaluate((all) => window.adapters.sums(all), asked)

const newChecksums = (workerCount: number, silentMs = PATIENT_MS) =>
  page.evaluate(([count, ms]) => window.adapters.newChecksums(count, ms), [
    workerCount,
    silentMs,
  ] as const)

/**
 * Requests a long checksum and another one, and waits until the only worker is busy with the long
 * one.
 */
async function beginLong(other = asking({ end: 9 })) {
  // A worker that is already loaded starts at once.
  await sums(asking({ end: 9 }))
  const answers = sums(asking(), other)
  await page.waitForFunction(() => window.adapters.sumsAsked() === 2)
  return { answers }
}

describe('checksums in workers', () => {
  it('match the standards’ check values', async () => {
    await give(['check', '123456789'])

    const answers = await sums(...ALGORITHMS.map((algorithm) => asking({ end: 9, algorithm })))

    expect(answers.map(({ outcome }) => outcome)).toEqual(
      ALGORITHMS.map((algorithm) => ({
        ok: true,
        value: Buffer.from(CHECK_VALUES[algorithm], 'hex').toString('base64'),
      })),
    )
  })

  it.each([
    ['sha256', 'crc64nvme'],
    ['md5', 'crc64nvme'],
    ['crc32c', 'crc32c'],
  ] as const)('come with a CRC of the same bytes: %s with %s', async (algorithm, crc) => {
    await give(['check', '123456789'])

    const checksums = await page.evaluate((each) => window.adapters.sumWithCrc(0, each), algorithm)

    const textOf = (each: ChecksumAlgorithm) =>
      Buffer.from(CHECK_VALUES[each], 'hex').toString('base64')
    expect(checksums).toEqual({
      ok: true,
      value: { checksum: textOf(algorithm), crc: textOf(crc) },
    })
  })

  it('match those of zero bytes for an empty file', async () => {
    await give(['empty', ''])

    const answers = await sums(...ALGORITHMS.map((algorithm) => asking({ end: 0, algorithm })))

    const none = new Uint8Array()
    const expected = await Promise.all(ALGORITHMS.map((each) => checksumOf(each, none)))
    expect(answers.map(({ outcome }) => outcome)).toEqual(
      expected.map((value) => ({ ok: true, value })),
    )
  })

  it("are Node's for a large file in parts, each as often as it is asked for", async () => {
    const bytes = randomFillSync(new Uint8Array(40 * MIB + 12_345))
    await give(['random.bin', bytes])
    const cuts = [0, 16 * MIB, 32 * MIB, bytes.byteLength]
    const parts = cuts.slice(1).map((end, index) => ({ start: cuts[index] ?? 0, end }))
    const asked = ALGORITHMS.flatMap((algorithm) =>
      [...parts, ...parts].map((part) => asking({ ...part, algorithm })),
    )

    const answers = await sums(...asked)

    const expected = await Promise.all(
      asked.map(({ algorithm, start, end }) => checksumOf(algorithm, bytes.subarray(start, end))),
    )
    expect(answers.map(({ outcome }) => outcome)).toEqual(
      expected.map((value) => ({ ok: true, value })),
    )
  })

  it('compute urgent requests before idle ones', async () => {
    await newChecksums(1)
    await give(['orders', '123456789'])
    const orders = ['idle', 'idle', 'next', 'next', 'idle', 'next'] as const

    const answers = await sums(...orders.map((order) => asking({ end: 9, order })))

    // The first had started before the others were requested.
    expect(answers.map(({ place }) => place)).toEqual([0, 4, 1, 2, 5, 3])
  })
})

describe('an aborted checksum', () => {
  it('is stopped in the middle, and the worker is free for the next one', async () => {
    await newChecksums(1)
    await giveLong()
    const bytes = new Uint8Array(64 * MIB)
    const { answers } = await beginLong(asking({ end: bytes.byteLength }))
    await page.evaluate(() => window.adapters.abortSum(0))

    const [long, next] = await answers

    // The long one would take half a minute to finish, and beside the other one it would have
    // corrupted that one's checksum.
    expect(long).toEqual({ outcome: 'rejected', place: 0 })
    expect(next?.outcome).toEqual({ ok: true, value: await checksumOf('sha256', bytes) })
  }, 20_000)

  it('never starts if it was still waiting', async () => {
    await newChecksums(1)
    await giveLong()
    const { answers } = await beginLong()
    await page.evaluate(() => window.adapters.abortSum(1))
    await page.evaluate(() => window.adapters.abortSum(0))

    const places = (await answers).map(({ outcome, place }) => [outcome, place])

    expect(places).toEqual([
      ['rejected', 1],
      ['rejected', 0],
    ])
  })
})

describe('a file that changes while it is read', () => {
  const bytes = new Uint8Array(MIB)

  it.each([
    ['written to', async (path: string) => writeFile(path, 'other'), 'source-changed'],
    ['touched', async (path: string) => utimes(path, 1, 1), 'source-changed'],
    ['deleted', async (path: string) => rm(path), 'source-missing'],
  ] as const)('fails with the right kind if it was %s', async (_, change, kind) => {
    const [path = ''] = await give(['victim.bin', bytes])
    await sums(asking({ end: MIB }))
    await change(path)

    const [answer] = await sums(asking({ end: MIB }))

    expect(answer?.outcome).toEqual({ ok: false, failure: { kind } })
  })

  it('fails if it is truncated while it is read', async () => {
    await newChecksums(1, 5_000)
    const path = await giveLong()
    const { answers } = await beginLong()
    await truncate(path, MIB)

    const [answer] = await answers

    expect(answer?.outcome).toEqual({ ok: false, failure: { kind: 'source-changed' } })
  })
})

describe('a worker that dies', () => {
  it.each([
    ['silently', () => self.close()],
    [
      'of an error',
      () =>
        setTimeout(() => {
          throw new Error('The worker broke')
        }),
    ],
  ])(
    '%s lets its checksum be retried, and another worker computes the next one',
    async (_, die) => {
      await newChecksums(1, 1_500)
      await giveLong()
      const { answers } = await beginLong()
      const [worker] = page.workers()
      await worker?.evaluate(die)

      const [dead, next] = await answers

      expect(dead?.outcome).toEqual({ ok: false, failure: { kind: 'stalled' } })
      expect(next?.outcome).toMatchObject({ ok: true })
    },
  )
})
