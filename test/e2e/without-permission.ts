import { execFileSync } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { launchProfile } from '../../scripts/chromium.ts'
import { findChromium } from '../../scripts/chromium-binary.ts'
import { temporaryFolder } from './ferry.ts'

const NOBODY = 65_534

/** Takes the right to read from everybody; root reads all the same. */
export async function forbidReading(path: string): Promise<void> {
  if (process.platform === 'win32') execFileSync('icacls', [path, '/deny', '*S-1-1-0:(RX)'])
  else await chmod(path, 0)
}

/** A browser whose user has no right to everything: for root, one that runs as nobody. */
export async function openBrowserWithoutRights(
  args: readonly string[] = [],
): Promise<BrowserContext> {
  const profile = await temporaryFolder()
  const isRoot = process.getuid?.() === 0
  const executable = isRoot ? { executablePath: await chromiumOfNobody(profile) } : {}
  const context = await launchProfile(profile, { args, ...executable })
  onTestFinished(() => context.close())
  return context
}

async function chromiumOfNobody(profile: string): Promise<string> {
  const { path, isUnpacked } = await findChromium()
  // The one from the npm package was unpacked for root alone.
  if (isUnpacked) for (const each of [dirname(path), path]) await chmod(each, 0o755)
  const script = join(await temporaryFolder(), 'chromium-of-nobody')
  const drop = `setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups`
  const lines = ['#!/bin/sh', `export HOME=${quoted(profile)}`, `exec ${drop} ${quoted(path)} "$@"`]
  await writeFile(script, `${lines.join('\n')}\n`)
  await chmod(script, 0o755)
  await chmod(profile, 0o777)
  return script
}

/** One word to a shell, whatever the folder is called. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
