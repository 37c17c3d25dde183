import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { CHROMIUM_NET_ERRORS } from '../../electron/core/s3/http/chromium-net-errors.ts'
import { launchChromium } from '../../scripts/chromium.ts'
import { temporaryFolder } from './ferry.ts'

/** The Chromium version of the Electron that Ferry ships with; the table is its list. */
const MILESTONE = 156

interface NetLog {
  readonly constants: {
    readonly clientInfo: { readonly version: string }
    readonly netError: Readonly<Record<string, number>>
  }
}

/** Chromium writes its own list into each network log. */
async function ownList(): Promise<NetLog['constants']> {
  const folder = await temporaryFolder()
  const log = join(folder, 'net-log.json')
  const browser = await launchChromium({ args: [`--log-net-log=${log}`] })
  // The log is complete once Chromium has ended.
  await browser.close()
  return (JSON.parse(await readFile(log, 'utf8')) as NetLog).constants
}

it("knows every network error name of Electron's Chromium", async () => {
  const { clientInfo, netError } = await ownList()
  const names = Object.keys(netError).filter((name) => name.startsWith('ERR_'))
  const isOurs = Number.parseInt(clientInfo.version, 10) === MILESTONE

  expect(names.length).toBeGreaterThan(200)
  // An older or newer one has a few others, which count as no response.
  if (isOurs) expect(names.toSorted()).toEqual(Object.keys(CHROMIUM_NET_ERRORS).toSorted())
})
