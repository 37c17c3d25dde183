import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { APP_ORIGIN } from '../../electron/contract/transport.ts'
import type { SourceFacts } from '../../electron/core/ports.ts'
import { answerSource } from '../../electron/desktop/protocols/source-protocol.ts'
import { rangeSource } from '../../renderer/platform/range-source.ts'
import { sourceIdOf } from '../fakes/upload-records.ts'
import { cloudFolder } from '../platforms/cloud-files.ts'
import { simulateFiles } from '../platforms/simulated-files.ts'

const sourceId = sourceIdOf(1)
const text = 'a file of the run before'
let folder = ''
let facts: SourceFacts
let asked: (string | null)[] = []
let platform: NodeJS.Platform

/** Connects the page's `fetch` to the desktop's real handler of `source://`. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ferry-source-'))
  const path = join(folder, 'file.txt')
  await writeFile(path, text)
  await utimes(path, 1_700_000_000, 1_700_000_000)
  facts = { path, name: 'file.txt', byteLength: text.length, modifiedAtMs: 1_700_000_000_000 }
  asked = []
  platform = process.platform
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const request = Object.assign(new Request(url, init), { initiatorOrigin: APP_ORIGIN })
    asked.push(request.headers.get('range'))
    return answerSource(request, (id) => (id === sourceId ? facts : null), APP_ORIGIN, platform)
  })
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await rm(folder, { recursive: true, force: true })
})

const read = (start: number, end: number, signal = new AbortController().signal) =>
  rangeSource(sourceId, facts.byteLength).read({ start, end }, signal)

describe('a file streamed by the host', () => {
  it.each([
    [0, 6, 'a file'],
    [7, text.length, 'of the run before'],
    [5, 6, 'e'],
  ])('gives the bytes from %i to %i, without a type', async (start, end, expected) => {
    const outcome = await read(start, end)

    if (!outcome.ok || !(outcome.value.payload instanceof Blob)) throw new Error('Not read')
    expect(outcome.value.byteLength).toBe(end - start)
    expect(outcome.value.payload.type).toBe('')
    expect(await outcome.value.payload.text()).toBe(expected)
  })

  it('needs no bytes for an empty part', async () => {
    const outcome = await read(0, 0)

    expect(outcome).toMatchObject({ ok: true, value: { byteLength: 0 } })
    expect(asked).toEqual([])
  })

  it('is checked with a single byte', async () => {
    const { signal } = new AbortController()
    const source = rangeSource(sourceId, facts.byteLength)

    const whole = await source.check(signal)
    await utimes(facts.path ?? '', 1_700_000_100, 1_700_000_100)
    const changed = await source.check(signal)

    expect(whole).toEqual({ ok: true, value: null })
    expect(changed).toEqual({ ok: false, failure: { kind: 'source-changed' } })
    expect(asked).toEqual(['bytes=0-0', 'bytes=0-0'])
  })

  it('is checked even if it is empty', async () => {
    const { signal } = new AbortController()
    const path = facts.path ?? ''
    await writeFile(path, '')
    await utimes(path, 1_700_000_000, 1_700_000_000)
    facts = { ...facts, byteLength: 0 }
    const source = rangeSource(sourceId, 0)

    const whole = await source.check(signal)
    await writeFile(path, 'grown')
    const grown = await source.check(signal)
    await rm(path)
    const gone = await source.check(signal)

    expect(whole).toEqual({ ok: true, value: null })
    expect(grown).toEqual({ ok: false, failure: { kind: 'source-changed' } })
    expect(gone).toEqual({ ok: false, failure: { kind: 'source-missing' } })
  })

  it('is missing when it was deleted', async () => {
    await rm(facts.path ?? '')

    const outcome = await read(0, 5)

    expect(outcome).toEqual({ ok: false, failure: { kind: 'source-missing' } })
  })

  it.each(['darwin', 'win32'] as const)(
    'is reported as in the cloud while %s keeps it there, and can be read once it is local',
    async (system) => {
      const cloud = cloudFolder(system)
      onTestFinished(simulateFiles(folder, cloud))
      platform = system
      const { signal } = new AbortController()

      const away = [await read(0, 5), await rangeSource(sourceId, text.length).check(signal)]
      cloud.fetch(facts.path ?? '')
      const here = await read(0, 5)

      expect(away).toEqual(Array(2).fill({ ok: false, failure: { kind: 'source-in-cloud' } }))
      expect(here).toMatchObject({ ok: true, value: { byteLength: 5 } })
    },
  )

  it('has changed if its time has', async () => {
    await utimes(facts.path ?? '', 1_700_000_100, 1_700_000_100)

    const outcome = await read(0, 5)

    expect(outcome).toEqual({ ok: false, failure: { kind: 'source-changed' } })
  })

  it('has changed if it is shorter than before', async () => {
    const outcome = await read(5, text.length + 10)

    expect(outcome).toEqual({ ok: false, failure: { kind: 'source-changed' } })
  })

  it('rejects only when it is aborted', async () => {
    const controller = new AbortController()
    controller.abort()

    await expect(read(0, 5, controller.signal)).rejects.toThrow()
  })

  it('fails with host-gone if nothing answers', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch')
    })

    const outcome = await read(0, 5)

    expect(outcome).toEqual({ ok: false, failure: { kind: 'host-gone' } })
  })
})
