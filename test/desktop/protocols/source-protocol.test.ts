import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sourceUrl } from '../../../electron/contract/transport.ts'
import type { SourceFacts } from '../../../electron/core/ports.ts'
import {
  answerSource,
  readRange,
  serveSources,
} from '../../../electron/desktop/protocols/source-protocol.ts'
import { FakeSession, standIn } from '../../fakes/electron.ts'

const opened = vi.hoisted((): FileHandle[] => [])

// Uses real files and records the opened handles to check that they are closed.
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>()
  const open = async (...args: Parameters<typeof real.open>) => {
    const file = await real.open(...args)
    opened.push(file)
    return file
  }
  return { ...real, open }
})

const TICKET = '0b8e5c3e-6a55-4c0e-9a53-2f6f6a8b7c11'
const PAGE = 'app://ferry'

let folder: string
let path: string
let bytes: Buffer
let facts: SourceFacts

beforeEach(() => {
  opened.length = 0
  folder = mkdtempSync(join(tmpdir(), 'ferry-source-'))
  path = join(folder, 'film.mkv')
  bytes = randomBytes(3 * 1024 * 1024)
  writeFileSync(path, bytes)
  facts = {
    path,
    name: 'film.mkv',
    byteLength: bytes.byteLength,
    modifiedAtMs: statSync(path).mtimeMs,
  }
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Asking {
  readonly range?: string | null
  readonly origin?: string | undefined
  readonly method?: string
  readonly ticket?: string
  readonly signal?: AbortSignal
}

function ask({
  range = 'bytes=0-0',
  method = 'GET',
  ticket = TICKET,
  signal,
  ...who
}: Asking = {}) {
  const request = new Request(sourceUrl(ticket), {
    method,
    headers: range === null ? {} : { range },
    ...(signal === undefined ? {} : { signal }),
  })
  const initiatorOrigin = 'origin' in who ? who.origin : PAGE
  return answerSource(
    Object.assign(request, initiatorOrigin === undefined ? {} : { initiatorOrigin }),
    (sourceId) => (sourceId === TICKET ? facts : null),
    PAGE,
  )
}

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())

/** A closed handle has no descriptor. */
const openCount = () => opened.filter((file) => file.fd !== -1).length

describe('source://', () => {
  it('answers with exactly the requested bytes and their range', async () => {
    const response = await ask({ range: 'bytes=1048576-2097152' })

    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe(`bytes 1048576-2097152/${bytes.byteLength}`)
    expect(response.headers.get('content-length')).toBe('1048577')
    expect(response.headers.get('access-control-allow-origin')).toBe(PAGE)
    expect(bytes.subarray(1048576, 2097153).equals(await bytesOf(response))).toBe(true)
  })

  it.each([
    ['the first byte', 0, 0],
    ['the last byte', 3 * 1024 * 1024 - 1, 3 * 1024 * 1024 - 1],
    ['everything', 0, 3 * 1024 * 1024 - 1],
  ])('answers %s', async (_name, first, last) => {
    const response = await ask({ range: `bytes=${first}-${last}` })

    expect(bytes.subarray(first, last + 1).equals(await bytesOf(response))).toBe(true)
  })

  it.each([null, 'bytes=0-', 'bytes=-5', 'bytes=0-1,4-5', 'bytes=5-4', 'items=0-1', 'bytes=a-b'])(
    'refuses the range %s',
    async (range) => {
      const response = await ask({ range })

      expect(response.status).toBe(416)
      expect(response.headers.get('content-range')).toBe(`bytes */${bytes.byteLength}`)
    },
  )

  it('refuses a range past the end instead of shortening it', async () => {
    const response = await ask({ range: `bytes=0-${bytes.byteLength}` })

    expect(response.status).toBe(416)
  })

  it.each([undefined, 'https://evil.example', 'app://other', 'null'])(
    'refuses a request from %s',
    async (origin) => {
      const response = await ask({ origin })

      expect(response.status).toBe(403)
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
    },
  )

  it("answers the page's preflight for a range", async () => {
    const response = await ask({ method: 'OPTIONS', range: null })

    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-headers')).toBe('range')
  })

  it('allows only GET and HEAD', async () => {
    expect((await ask({ method: 'PUT' })).status).toBe(405)
  })

  it.each([
    ['that nobody was given', '3f1f0a52-58a5-4a0b-a1ae-1d6ac5d6a111'],
    ['that is no ticket', 'etc'],
  ])('answers 404 for a ticket %s', async (_name, ticket) => {
    expect((await ask({ ticket })).status).toBe(404)
  })

  it('answers 404 for a file of a browser, which has no path', async () => {
    facts = { ...facts, path: null }

    expect((await ask()).status).toBe(404)
  })

  it('answers 409 when the file was shortened and its time put back', async () => {
    const modified = new Date(facts.modifiedAtMs)
    truncateSync(path, 1000)
    utimesSync(path, modified, modified)

    expect((await ask()).status).toBe(409)
  })

  it('answers 409 when the file was written again with the same length', async () => {
    utimesSync(path, new Date(), new Date(Date.now() + 5000))

    expect((await ask()).status).toBe(409)
  })

  it('answers 404 when the file does not exist, and when its folder became a file', async () => {
    facts = { ...facts, path: join(path, 'inner') }
    const inFile = await ask()
    facts = { ...facts, path: join(folder, 'gone') }
    const gone = await ask()

    expect([inFile.status, gone.status]).toEqual([404, 404])
  })

  it('never answers with a folder that replaced the file', async () => {
    facts = { ...facts, path: folder }

    // On Windows a folder cannot be opened.
    expect((await ask()).status).toBe(process.platform === 'win32' ? 403 : 409)
    expect(openCount()).toBe(0)
  })

  it.runIf(process.platform !== 'win32')(
    'answers 409 at once when a pipe replaced the file, although nothing writes to it',
    async () => {
      rmSync(path)
      execFileSync('mkfifo', [path])

      expect((await ask()).status).toBe(409)
      expect(opened.map((file) => file.fd)).toEqual([-1])
    },
  )

  it('answers 403 when the system does not open the file', async () => {
    const circle = join(folder, 'circle')
    if (process.platform !== 'win32') symlinkSync(circle, circle)
    facts = { ...facts, path: process.platform === 'win32' ? folder : circle }

    expect((await ask()).status).toBe(403)
  })

  it('closes the file at the end', async () => {
    const response = await ask({ range: `bytes=0-${bytes.byteLength - 1}` })

    await response.arrayBuffer()

    await vi.waitFor(() => expect(openCount()).toBe(0))
  })

  it('closes the file when the page cancels', async () => {
    const response = await ask({ range: `bytes=0-${bytes.byteLength - 1}` })
    expect(openCount()).toBe(1)

    await response.body?.cancel()

    await vi.waitFor(() => expect(openCount()).toBe(0))
  })

  it('closes the file when the request is aborted', async () => {
    const abort = new AbortController()
    const response = await ask({
      range: `bytes=0-${bytes.byteLength - 1}`,
      signal: abort.signal,
    })

    abort.abort()

    await expect(response.arrayBuffer()).rejects.toThrow()
    await vi.waitFor(() => expect(openCount()).toBe(0))
  })

  it.each(['bytes=5-4', 'bytes=0-99999999'])('closes the file after refusing %s', async (range) => {
    await ask({ range })

    expect(openCount()).toBe(0)
  })

  it('is served from the session', async () => {
    const session = new FakeSession()
    serveSources(standIn(session), () => facts, PAGE)
    const request = new Request(sourceUrl(TICKET), { headers: { range: 'bytes=2-4' } })

    const response = await session.fetch(Object.assign(request, { initiatorOrigin: PAGE }))

    expect(await bytesOf(response)).toEqual(bytes.subarray(2, 5))
  })
})

describe('a range', () => {
  it('is half open inside Ferry and inclusive outside', () => {
    expect(readRange('bytes=0-9', 10)).toEqual({ start: 0, end: 10 })
  })

  it('does not exist in an empty file', () => {
    expect(readRange('bytes=0-0', 0)).toBe('unsatisfiable')
  })

  it('is malformed beyond exact integers', () => {
    expect(readRange('bytes=0-9999999999999999', 10)).toBe('malformed')
  })
})
