import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readmeText, writeReadme } from '../../../electron/core/host/readme-file.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferry-readme-'))
})

afterEach(() => {
  chmodSync(folder, 0o700)
  rmSync(folder, { recursive: true })
})

const file = () => join(folder, 'README.txt')

describe('the text', () => {
  it('names the files that have to be backed up together with the secrets', () => {
    const desktop = (platform: 'windows' | 'macos' | 'linux') =>
      readmeText({ host: 'desktop', platform })

    expect(desktop('windows')).toContain('local-bucket and chromium\\Local State.')
    expect(desktop('windows')).toContain('with the key to your secret keys')
    expect(desktop('linux')).not.toContain('Local State')
    expect(desktop('macos')).toContain('login keychain')
    expect(readmeText({ host: 'loopback', platform: 'linux' })).toContain(
      'local-bucket and secrets.json.',
    )
  })

  it('says where the bucket is if it is outside the folder', () => {
    const bucketFolder = 'C:\\Users\\Ada\\AppData\\Local\\Ferry\\local-bucket'
    const text = readmeText({ host: 'desktop', platform: 'windows', bucketFolder })

    expect(text).toContain(`does not roam with this folder:\n${bucketFolder}\n`)
    expect(text).not.toMatch(/^local-bucket /m)
    expect(text).toContain('settings.json, the folder of that bucket and chromium\\Local State.')
  })

  it.each(['windows', 'macos', 'linux', 'other'] as const)('fits a terminal on %s', (platform) => {
    for (const host of ['desktop', 'loopback'] as const) {
      const widths = readmeText({ host, platform })
        .split('\n')
        .map((line) => line.length)
      expect(Math.max(...widths)).toBeLessThanOrEqual(100)
    }
  })
})

describe('the file', () => {
  it('is written for this user alone, and again when its text changes', async () => {
    writeFileSync(file(), 'older')

    await writeReadme(folder, { host: 'desktop', platform: 'linux' })

    expect(readFileSync(file(), 'utf8')).toBe(readmeText({ host: 'desktop', platform: 'linux' }))
    if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600)
  })

  it('is left alone if its text is current', async () => {
    await writeReadme(folder, { host: 'desktop', platform: 'linux' })
    const { ino } = statSync(file())

    await writeReadme(folder, { host: 'desktop', platform: 'linux' })

    expect(statSync(file()).ino).toBe(ino)
  })

  it.skipIf(process.platform === 'win32')('replaces a link, and follows none', async () => {
    const other = join(folder, 'other.txt')
    writeFileSync(other, 'not ours')
    symlinkSync(other, file())

    await writeReadme(folder, { host: 'loopback', platform: 'linux' })

    expect(readFileSync(other, 'utf8')).toBe('not ours')
    expect(readFileSync(file(), 'utf8')).toContain('secrets.json')
  })

  it('does not prevent Ferry from starting if it cannot be written', async () => {
    const written = writeReadme(join(folder, 'none'), { host: 'loopback', platform: 'linux' })

    await expect(written).resolves.toBeUndefined()
  })
})
