import { execFileSync } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { launchProfile } from '../../scripts/chromium.ts'
import { findChromium } from '../../scripts/chromium-binary.ts'
import { temporaryFolder } from './ferry.ts'

/** The group Everyone in every language of Windows: learn.microsoft.com, "Well-known SIDs". */
const EVERYBODY = '*S-1-1-0'

/**
 * Removes the read permission for everybody; root can read all the same. On Windows it is restored
 * after the test, because such a folder cannot be deleted; `removeFolder` handles modes.
 */
export async function forbidReading(path: string): Promise<void> {
  if (process.platform !== 'win32') return chmod(path, 0)
  execFileSync('icacls', [path, '/deny', `${EVERYBODY}:(RX)`])
  onTestFinished(() => void execFileSync('icacls', [path, '/remove:d', EVERYBODY]))
}

/**
 * A browser that may read only what file modes allow its user: for root, one without the
 * capabilities that override them (capabilities(7)). It still runs as root, because the host
 * answers only its own user.
 */
export async function openBrowserWithoutRights(
  args: readonly string[] = [],
): Promise<BrowserContext> {
  const profile = await temporaryFolder()
  const isRoot = process.getuid?.() === 0
  const executable = isRoot ? { executablePath: await chromiumWithoutCapabilities() } : {}
  const context = await launchProfile(profile, { args, ...executable })
  onTestFinished(() => context.close())
  return context
}

async function chromiumWithoutCapabilities(): Promise<string> {
  const { path } = await findChromium()
  const script = join(await temporaryFolder(), 'chromium-without-capabilities')
  const drop = 'setpriv --bounding-set=-dac_override,-dac_read_search'
  await writeFile(script, `#!/bin/sh\nexec ${drop} ${quoted(path)} "$@"\n`)
  await chmod(script, 0o755)
  return script
}

/** Quotes the text as a single shell word, whatever it contains. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
