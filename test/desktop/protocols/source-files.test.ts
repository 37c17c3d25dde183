import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SourceRegistry } from '../../../electron/core/sources/source-registry.ts'
import { answerSource } from '../../../electron/desktop/protocols/source-protocol.ts'
import { asPlainFile } from '../../../electron/files/plain-file.ts'

const electronFlags = process as { noAsar?: boolean | undefined }

/**
 * Imitates Electron's `fs`: an archive is a folder that cannot be opened, unless the original is
 * used.
 */
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>()
  const isSeenAsFolder = (path: unknown) =>
    String(path).endsWith('.asar') && !('noAsar' in process && process.noAsar)
  return {
    ...real,
    stat: (path: string) => real.stat(isSeenAsFolder(path) ? tmpdir() : path),
    access: (path: string, mode: number) => real.access(isSeenAsFolder(path) ? '' : path, mode),
    open: (path: string) => real.open(isSeenAsFolder(path) ? '' : path),
  }
})

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferry-asar-'))
  path = join(folder, 'app.asar')
  writeFileSync(path, 'archive')
})

afterEach(() => rmSync(folder, { recursive: true }))

describe('an .asar file of the user', () => {
  it('is read as a file, although Electron shows a folder', async () => {
    const sources = new SourceRegistry()
    const given = { path, name: 'app.asar', byteLength: 0, modifiedAtMs: 0 }

    const [outcome] = await sources.register([given])
    const sourceId = outcome?.ok ? outcome.value.sourceId : ''
    const request = new Request(`source://${sourceId}/`, { headers: { range: 'bytes=0-6' } })
    const response = await answerSource(
      Object.assign(request, { initiatorOrigin: 'app://ferry' }),
      (id) => sources.facts(id),
      'app://ferry',
    )

    expect(outcome).toMatchObject({ ok: true, value: { byteLength: 7, isDurable: true } })
    expect(response.status).toBe(206)
    expect(await response.text()).toBe('archive')
  })

  it("leaves Electron's own archive readable afterwards, even after an error", () => {
    expect(asPlainFile(() => electronFlags.noAsar)).toBe(true)
    expect(() =>
      asPlainFile(() => {
        throw new Error('no such file')
      }),
    ).toThrow('no such file')

    expect(electronFlags.noAsar).toBeUndefined()
  })
})
