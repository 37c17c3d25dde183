import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, inject } from 'vitest'
import { openFilesStay, scanner, sparingTests } from './busy-files.ts'
import { apfs, hfsPlus, ntfs } from './file-systems.ts'
import { simulateFiles, type Volume } from './simulated-files.ts'

declare module 'vitest' {
  interface ProvidedContext {
    volume: keyof typeof VOLUMES
  }
}

/**
 * Writing a log line or changing the settings is tried once without waiting, so their tests expect
 * the file at once; test/platforms/own-files.test.ts tests them with the scanner.
 */
const waitsForNothing = (file: string) => /[\\/](ferry(\.1)?\.log|settings\.json)/.test(file)

const VOLUMES = {
  ntfs: () => [ntfs(), sparingTests(openFilesStay())],
  'hfs-plus': () => [hfsPlus()],
  apfs: () => [apfs()],
  scanned: () => [
    sparingTests(scanner(2, (file) => !waitsForNothing(file))),
    sparingTests(openFilesStay()),
  ],
} satisfies Record<string, () => Volume[]>

/** All folders that a test file creates are on the simulated volume of its project. */
const before = process.env.TMPDIR
const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'ferry-on-volume-')))
const unmount = simulateFiles(root, ...VOLUMES[inject('volume')]())
process.env.TMPDIR = root

afterAll(() => {
  unmount()
  rmSync(root, { recursive: true, force: true })
  if (before === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = before
})
