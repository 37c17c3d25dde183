import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { removeFolder } from '../../remove-folder.ts'

const RUNNER = fileURLToPath(new URL('run-updater.ts', import.meta.url))
const NEW_NAME = 'Ferry-0.2.0-linux-x86_64.AppImage'

interface Release {
  /** The server's file differs from what the feed promises. */
  readonly damaged?: boolean
  /** The download starts and then stalls. */
  readonly isStuck?: boolean
  readonly version?: string
}

/** An AppImage started from a user folder, and a feed on this computer. */
async function startRelease({ damaged = false, isStuck = false, version = '0.2.0' }: Release) {
  const folder = mkdtempSync(join(tmpdir(), 'ferry-update-'))
  onTestFinished(() => removeFolder(folder))
  const old = join(folder, 'Ferry-0.1.0-linux-x86_64.AppImage')
  writeFileSync(old, 'old')
  const started = join(folder, 'started')
  const image = Buffer.from(`#!/bin/sh\necho "$APPIMAGE_SILENT_INSTALL" > '${started}'\n`)
  const sha512 = createHash('sha512').update(image).digest('base64')
  const feed = [
    `version: ${version}`,
    'files:',
    `  - url: ${NEW_NAME}`,
    `    sha512: ${sha512}`,
    `    size: ${image.byteLength}`,
    `path: ${NEW_NAME}`,
    `sha512: ${sha512}`,
    `releaseDate: '2026-12-01T00:00:00.000Z'`,
  ].join('\n')
  const server = createServer((request, response) => {
    const path = URL.parse(request.url ?? '', 'http://127.0.0.1')?.pathname ?? ''
    if (path === '/latest-linux.yml') response.end(feed)
    else if (path === `/${NEW_NAME}`) {
      writeFileSync(join(folder, 'asked'), '')
      sendImage(response, damaged ? tampered(image) : image, isStuck)
    } else response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  writeFileSync(
    join(folder, 'app-update.yml'),
    `provider: generic\nurl: ${url}\nupdaterCacheDirName: ferry-updater\n`,
  )
  // The deb is built from the same folder and leaves this file.
  writeFileSync(join(folder, 'package-type'), 'deb')
  const run = async (how: 'download' | 'install' | 'abort') => {
    const { stdout } = await promisify(execFile)(process.execPath, [RUNNER, folder, how], {
      env: { ...process.env, APPIMAGE: old, XDG_CACHE_HOME: folder },
    })
    return JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1)) as {
      readonly outcome: string
      readonly calls: readonly string[]
    }
  }
  return { folder, old, started, image, run }
}

function sendImage(response: ServerResponse, image: Buffer, isStuck: boolean): void {
  response.setHeader('content-length', image.byteLength)
  if (isStuck) response.write(image.subarray(0, 5))
  else response.end(image)
}

function tampered(image: Buffer): Buffer {
  return Buffer.from(image.toString().replace('echo', 'ECHO'))
}

const images = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.AppImage'))

if (process.platform === 'linux') describe('an AppImage with electron-updater', onLinux)
else describe('an AppImage, which this system does not run', elsewhere)

function elsewhere(): void {
  it('is tried on Linux', () => {
    expect(process.platform).not.toBe('linux')
  })
}

function onLinux(): void {
  it('downloads the release, replaces itself and starts it', async () => {
    const { folder, old, started, image, run } = await startRelease({})

    const { outcome, calls } = await run('install')

    expect(outcome).toBe('downloaded')
    expect(calls).toContain('quit')
    expect(existsSync(old)).toBe(false)
    expect(images(folder)).toEqual([NEW_NAME])
    expect(readFileSync(join(folder, NEW_NAME))).toEqual(image)
    await expect.poll(() => existsSync(started) && readFileSync(started, 'utf8')).toBe('true\n')
  })

  it('stays unchanged when the release is not what the feed promises', async () => {
    const { folder, old, run } = await startRelease({ damaged: true })

    const { outcome } = await run('install')

    expect(outcome).toMatch(/^rejected: .*sha512 checksum mismatch/)
    expect(images(folder)).toEqual([old.slice(folder.length + 1)])
  })

  it('stops a download when told to, and installs nothing', async () => {
    const { folder, old, run } = await startRelease({ isStuck: true })

    const { outcome } = await run('abort')

    expect(outcome).toMatch(/^rejected: /)
    expect(images(folder)).toEqual([old.slice(folder.length + 1)])
  })

  it('does not go back to an older release', async () => {
    const { run } = await startRelease({ version: '0.0.9' })

    expect((await run('install')).outcome).toBe('rejected: The feed has no newer release')
  })
}
