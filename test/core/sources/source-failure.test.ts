import { statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { inspectFile } from '../../../electron/core/sources/inspect-file.ts'
import { entriesOf } from '../../../electron/core/sources/inspect-folder.ts'
import { readFailure, sourceFailure } from '../../../electron/core/sources/source-failure.ts'
import {
  checkSource,
  diagnoseSource,
  SourceRegistry,
} from '../../../electron/core/sources/source-registry.ts'
import { temporaryFolder } from '../../fakes/core-ports.ts'
import { CLOUD_REFUSALS, cloudFolder } from '../../platforms/cloud-files.ts'
import { simulateFiles } from '../../platforms/simulated-files.ts'

let folder: string
let remove: () => void
let path: string

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
  path = join(folder, 'film.mov')
  writeFileSync(path, 'x'.repeat(10_000))
})

afterEach(() => remove())

const systemError = (code: string, errno = -1) =>
  Object.assign(new Error(`${code}: open`), { code, errno })

function factsOf(at: string) {
  const { size: byteLength, mtimeMs: modifiedAtMs } = statSync(at)
  return { path: at, name: 'film.mov', byteLength, modifiedAtMs }
}

describe('the reason why a file cannot be opened', () => {
  it.each([
    ['ENOENT', 'linux', { kind: 'source-missing' }],
    ['ENOTDIR', 'win32', { kind: 'source-missing' }],
    ['EACCES', 'linux', { kind: 'source-unreadable', why: 'unix-permissions' }],
    ['EPERM', 'linux', { kind: 'source-unreadable', why: 'unix-permissions' }],
    ['EACCES', 'darwin', { kind: 'source-unreadable', why: 'macos-permissions' }],
    ['EPERM', 'darwin', { kind: 'source-unreadable', why: 'macos-privacy' }],
    ['EACCES', 'win32', { kind: 'source-unreadable', why: 'windows-permissions' }],
    ['EPERM', 'win32', { kind: 'source-unreadable', why: 'windows-permissions' }],
    ['EBUSY', 'win32', { kind: 'source-unreadable', why: 'other-program' }],
    ['ENAMETOOLONG', 'linux', { kind: 'source-unreadable', why: 'path-too-long' }],
    ['EIO', 'linux', { kind: 'source-unreadable' }],
    ['EDEADLK', 'darwin', { kind: 'source-in-cloud' }],
  ] as const)('%s on %s', (code, platform, failure) => {
    expect(sourceFailure(systemError(code), platform)).toEqual(failure)
  })

  it('is a bug if it does not come from the system', () => {
    expect(() => sourceFailure(new TypeError('no'), 'linux')).toThrow(TypeError)
  })
})

describe.each(['darwin', 'win32'] as const)('a file that %s keeps in the cloud', (platform) => {
  const volume = () => {
    const cloud = cloudFolder(platform)
    onTestFinished(simulateFiles(folder, cloud))
    return cloud
  }

  it('is accepted when it is dropped, since it has a length and times', async () => {
    volume()

    const [outcome] = await new SourceRegistry().register([factsOf(path)])

    expect(outcome).toMatchObject({ ok: true, value: { byteLength: 10_000 } })
  })

  it('is distinguished from one that cannot be read, and can be read once it was fetched', async () => {
    const cloud = volume()
    const facts = factsOf(path)

    const away = await diagnoseSource(facts, platform)
    cloud.fetch(path)
    const here = await diagnoseSource(facts, platform)

    expect([away, here]).toEqual([{ kind: 'source-in-cloud' }, null])
  })

  it('does not count as changed: fetching it changes its change time alone', async () => {
    const cloud = volume()
    const facts = factsOf(path)
    cloud.fetch(path)
    utimesSync(path, new Date(), statSync(path).mtimeMs / 1000)

    expect(await diagnoseSource(facts, platform)).toBeNull()
    expect(await checkSource(path, facts)).toMatchObject({ ok: true })
  })
})

it('can be uploaded again while it is in the cloud, unless its name depends on its bytes', async () => {
  onTestFinished(simulateFiles(folder, cloudFolder('darwin')))

  const look = (needsHash: boolean) =>
    inspectFile(path, 10_000, { needsHash, isText: true }, 'darwin')

  expect(await look(false)).toEqual({ ok: true, value: { hash8: null, encoding: null } })
  expect(await look(true)).toEqual({ ok: false, failure: { kind: 'source-in-cloud' } })
})

describe('a file that is completely on this computer', () => {
  it.each(['darwin', 'win32', 'linux'] as const)(
    'is not reported as in the cloud if it cannot be read on %s',
    async (platform) => {
      const error = Object.assign(new Error('read'), CLOUD_REFUSALS.win32)

      expect(await readFailure(error, path, platform)).toEqual({ kind: 'source-unreadable' })
    },
  )

  it('is not in the cloud if permissions prevent reading', async () => {
    onTestFinished(simulateFiles(folder, cloudFolder('win32')))

    const failure = await readFailure(systemError('EACCES'), path, 'win32')

    expect(failure).toEqual({ kind: 'source-unreadable', why: 'windows-permissions' })
  })

  it('is not in the cloud on Linux, where a file that takes up little space is sparse', async () => {
    onTestFinished(simulateFiles(folder, cloudFolder('win32')))

    const failure = await readFailure(systemError('EIO'), path, 'linux')

    expect(failure).toEqual({ kind: 'source-unreadable' })
  })
})

describe('the host finds out', () => {
  it('that a file is no longer the same', async () => {
    const facts = factsOf(path)
    writeFileSync(path, 'other')

    expect(await diagnoseSource(facts)).toEqual({ kind: 'source-changed' })
  })

  it('that Privacy & Security keeps Ferry out', async () => {
    const facts = factsOf(path)
    onTestFinished(
      simulateFiles(folder, { refusal: ({ name }) => (name === 'open' ? 'EPERM' : null) }),
    )

    const failure = await diagnoseSource(facts, 'darwin')

    expect(failure).toEqual({ kind: 'source-unreadable', why: 'macos-privacy' })
  })

  it('that a folder is one that Privacy & Security keeps Ferry out of', async () => {
    const refusal = (code: string) => ({
      refusal: ({ name }: { readonly name: string }) => (name === 'readdir' ? code : null),
    })
    const listed = async (code: string) => {
      const stop = simulateFiles(folder, refusal(code))
      try {
        return await entriesOf(Buffer.from(folder), 'darwin')
      } finally {
        stop()
      }
    }

    expect(await listed('EPERM')).toBe('private')
    expect(await listed('EACCES')).toBe('closed')
    expect(await listed('ENOENT')).toBe('gone')
  })

  it('nothing about an empty file, nor about one that only a browser sees', async () => {
    writeFileSync(path, '')

    expect(await diagnoseSource(factsOf(path))).toBeNull()
    expect(await diagnoseSource({ path: null, byteLength: 1, modifiedAtMs: 1 })).toBeNull()
    expect(await diagnoseSource(null)).toBeNull()
  })
})
