import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { CHROMIUM_NET_ERRORS } from '../../electron/core/store/chromium-net-errors.ts'
import { chromiumCommand } from '../../scripts/chromium.ts'
import { temporaryFolder } from './ferry.ts'

/** The Chromium of the Electron that Ferry ships with, whose list the table is. */
const MILESTONE = 156

interface NetLog {
  readonly constants: {
    readonly clientInfo: { readonly version: string }
    readonly netError: Readonly<Record<string, number>>
  }
}

/** Chromium writes its own list into each log of its network. */
async function ownList(): Promise<NetLog['constants']> {
  const folder = await temporaryFolder()
  const log = join(folder, 'net-log.json')
  const { path, args, env } = await chromiumCommand()
  const options = ['--headless', `--user-data-dir=${join(folder, 'profile')}`]
  await promisify(execFile)(
    path,
    [...args, ...options, `--log-net-log=${log}`, '--dump-dom', 'about:blank'],
    { env, timeout: 60_000 },
  )
  return (JSON.parse(await readFile(log, 'utf8')) as NetLog).constants
}

it("knows every network error of Electron's Chromium by its name", async () => {
  const { clientInfo, netError } = await ownList()
  const names = Object.keys(netError).filter((name) => name.startsWith('ERR_'))
  const isOurs = Number.parseInt(clientInfo.version, 10) === MILESTONE

  expect(names.length).toBeGreaterThan(200)
  // An older or newer one has some others, which count as silence.
  if (isOurs) expect(names.toSorted()).toEqual(Object.keys(CHROMIUM_NET_ERRORS).toSorted())
})
