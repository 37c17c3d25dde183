import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { failed } from '../../../electron/contract/outcome.ts'
import { placesOfKeys } from '../../../electron/core/create-core.ts'
import type { SourceFacts } from '../../../electron/core/ports.ts'
import { sourceLimits } from '../../../electron/core/sources/off-limits.ts'
import { checkSource, SourceRegistry } from '../../../electron/core/sources/source-registry.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'
import { MODE_STOPS_READING } from '../../system-facts.ts'

let folder: string
let remove: () => void
let sources: SourceRegistry

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
  sources = new SourceRegistry()
})

afterEach(() => remove())

const at = (name: string): SourceFacts => ({
  path: join(folder, name),
  name,
  byteLength: 999,
  modifiedAtMs: 999,
})

it('looks at files that have a path, and trusts the facts of the others', async () => {
  writeFileSync(join(folder, 'a'), 'hello')
  utimesSync(join(folder, 'a'), 10, 20)
  const facts = { path: null, name: 'b', byteLength: 7, modifiedAtMs: 8 }

  const outcomes = await sources.register([at('a'), facts])

  expect(outcomes).toMatchObject([
    { value: { name: 'a', byteLength: 5, modifiedAtMs: 20_000, isDurable: true } },
    { value: { name: 'b', byteLength: 7, modifiedAtMs: 8, isDurable: false } },
  ])
})

it('returns one outcome per file, in order', async () => {
  writeFileSync(join(folder, 'good'), '')
  mkdirSync(join(folder, 'dir'))
  writeFileSync(join(folder, 'locked'), '')
  chmodSync(join(folder, 'locked'), 0)

  const outcomes = await sources.register(['gone', 'good', 'dir', 'locked', 'good/x'].map(at))

  expect(outcomes.map((each) => (each.ok ? 'ok' : each.failure.kind))).toEqual([
    'source-missing',
    'ok',
    'source-unreadable',
    MODE_STOPS_READING ? 'source-unreadable' : 'ok',
    'source-missing',
  ])
})

it.runIf(process.platform !== 'win32')(
  'refuses pipes, sockets and devices without opening them',
  async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    const server = createServer().listen(join(folder, 'socket'))
    await once(server, 'listening')
    symlinkSync('pipe', join(folder, 'link to the pipe'))
    const device = { ...at('null'), path: '/dev/null' }

    const outcomes = await sources.register([
      ...['pipe', 'socket', 'link to the pipe'].map(at),
      device,
    ])
    server.close()

    expect(outcomes).toEqual(Array(4).fill(failed({ kind: 'source-not-a-file' })))
  },
)

it.runIf(process.platform !== 'win32')(
  'says that a file has changed when a pipe replaced it',
  async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')])

    const outcome = await checkSource(join(folder, 'pipe'), { byteLength: 0, modifiedAtMs: 0 })

    expect(outcome).toEqual(failed({ kind: 'source-changed' }))
  },
)

it('gives two tickets for a file that is given twice', async () => {
  writeFileSync(join(folder, 'a'), '')

  const [one, other] = await sources.register([at('a'), at('a')])

  expect(one?.ok && other?.ok && one.value.sourceId !== other.value.sourceId).toBe(true)
})

it('forgets a ticket that was released', async () => {
  const [outcome] = await sources.register([{ ...at('a'), path: null }])
  if (!outcome?.ok) throw new Error('Refused')
  const { sourceId } = outcome.value

  const before = sources.facts(sourceId)
  sources.release(sourceId)

  expect(before?.name).toBe('a')
  expect(sources.facts(sourceId)).toBeNull()
})

it('distinguishes a file that changed from one that did not', async () => {
  const path = join(folder, 'a')
  writeFileSync(path, 'hello')
  utimesSync(path, 10, 20)
  const known = { byteLength: 5, modifiedAtMs: 20_000 }

  const same = await checkSource(path, known)
  utimesSync(path, 10, 21)
  const touched = await checkSource(path, known)
  writeFileSync(path, 'longer than before')
  utimesSync(path, 10, 20)
  const longer = await checkSource(path, known)

  expect(same.ok).toBe(true)
  expect(touched).toEqual({ ok: false, failure: { kind: 'source-changed' } })
  expect(longer).toEqual({ ok: false, failure: { kind: 'source-changed' } })
})

it('looks at neither a file nor its folder on a server that the user did not allow', async () => {
  writeFileSync(join(folder, 'a'), 'hello')
  const followed: string[] = []
  const limits = sourceLimits({
    dataFolder: 'D:\\Ferry',
    bucketFolder: 'D:\\Ferry',
    ...placesOfKeys({ HOME: 'C:\\Users\\Me' }, 'win32'),
    environment: { HOME: 'C:\\Users\\Me' },
    platform: 'win32',
    mayReadFrom: async () => false,
    follow: async (path) => {
      followed.push(path)
      return path
    },
  })
  const file = { ...at('a'), path: 'C:\\Users\\Me\\a' }

  const outcomes = await new SourceRegistry(limits).register([
    { ...file, path: '\\\\evil\\share\\a' },
    { ...file, folder: '\\\\evil\\share' },
    { ...file, folder: '\\\\?\\C:\\' },
  ])

  expect(outcomes).toMatchObject([
    { failure: { why: 'network-path' } },
    { failure: { why: 'network-path' } },
    { failure: { why: 'device-path' } },
  ])
  expect(followed).toEqual([])
})

it('accepts a file on FAT as unchanged when summer time shifted its time by an hour', async () => {
  const path = join(folder, 'a')
  writeFileSync(path, 'hello')
  const HOUR = 3_600
  const known = { byteLength: 5, modifiedAtMs: 20_000_000_000 }
  const after = async (seconds: number) => {
    utimesSync(path, 10, seconds)
    return (await checkSource(path, known)).ok
  }

  const moved = [await after(20_000_000 + HOUR), await after(20_000_000 - HOUR)]
  const written = [await after(20_000_000 + HOUR + 2), await after(20_000_000 + 2 * HOUR)]
  const finer = await checkSource(path, { byteLength: 5, modifiedAtMs: 20_000_000_001 })
  writeFileSync(path, 'other bytes')
  const longer = await after(20_000_000 + HOUR)

  expect(moved).toEqual([true, true])
  expect([...written, finer.ok, longer]).toEqual([false, false, false, false])
})

it.runIf(process.platform === 'linux')(
  'reads a path of 4,000 bytes, and reports a longer one as too long',
  async () => {
    let long = folder
    while (long.length < 3_500) long = join(long, 'x'.repeat(200))
    mkdirSync(long, { recursive: true })
    const path = join(long, 'a')
    writeFileSync(path, 'hello')
    const tooLong = `${long}/${'y/'.repeat(400)}a`

    const [taken, refused] = await sources.register([
      { ...at('a'), path },
      { ...at('a'), path: tooLong },
    ])

    expect(taken).toMatchObject({ ok: true, value: { byteLength: 5 } })
    expect(refused).toEqual(failed({ kind: 'source-unreadable', why: 'path-too-long' }))
  },
)

it('knows when a file was last changed, whatever time was set on it', async () => {
  const path = join(folder, 'a')
  writeFileSync(path, 'hello')
  utimesSync(path, 10, 20)
  const proven = new SourceRegistry(undefined, { provenOf: async (_path, found) => found.ctimeMs })
  const [outcome] = await proven.register([at('a')])
  if (!outcome?.ok) throw new Error('Refused')

  const given = proven.facts(outcome.value.sourceId)
  const now = await checkSource(path, { byteLength: 5, modifiedAtMs: 20_000 })

  expect(given?.changedAtMs).toBe(statSync(path).ctimeMs)
  expect(now).toEqual({ ok: true, value: { changedAtMs: given?.changedAtMs } })
})

it('claims to know nothing about earlier writes if the change time proves nothing', async () => {
  writeFileSync(join(folder, 'a'), 'hello')
  const [outcome] = await sources.register([at('a')])
  if (!outcome?.ok) throw new Error('Refused')

  expect(sources.facts(outcome.value.sourceId)?.changedAtMs).toBeNull()
})
