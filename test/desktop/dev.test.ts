import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Child, ROOT, runNode } from '../e2e/child.ts'

/**
 * In the place of Electron's program. The checkout may be anywhere, and a shebang line can name no
 * interpreter with a blank in its path.
 */
const PROGRAM = '#!/bin/sh\nexec "$FERRY_TEST_NODE" "$FERRY_TEST_SCRIPT" "$@"\n'
/** Says how it was started and stays. */
const SCRIPT = `
console.log('STARTED ' + JSON.stringify({ args: process.argv.slice(2), dev: process.env.FERRY_DEV_SERVER }))
process.on('SIGTERM', () => { console.log('ENDED'); process.exit(0) })
setInterval(() => {}, 1000)
`

let folder: string
let dev: Child | null

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferry-dev-'))
  dev = null
})

afterEach(async () => {
  await dev?.stop('SIGKILL')
  rmSync(folder, { recursive: true })
})

/** Windows starts no script as a program, so Electron cannot be stood in for there. */
const isPosix = process.platform !== 'win32'

it.runIf(isPosix)(
  'npm run dev opens Electron on Vite and takes it down at the end',
  async () => {
    const isMac = process.platform === 'darwin'
    const program = join(folder, isMac ? 'Electron.app/Contents/MacOS/Electron' : 'electron')
    mkdirSync(dirname(program), { recursive: true })
    writeFileSync(program, PROGRAM)
    chmodSync(program, 0o755)
    const script = join(folder, 'stand-in.mjs')
    writeFileSync(script, SCRIPT)
    dev = runNode(['scripts/dev.ts', '--data-dir', folder], {
      ...process.env,
      ELECTRON_OVERRIDE_DIST_PATH: folder,
      DISPLAY: ':0',
      FERRY_TEST_NODE: process.execPath,
      FERRY_TEST_SCRIPT: script,
    })
    const said = await dev.untilPrinted(/^STARTED .*$/m)
    const started: { args: string[]; dev: string } = JSON.parse(said.slice('STARTED '.length))
    const page = await fetch(started.dev)
    const pageText = await page.text()

    const ended = await dev.stop()

    expect(started.args).toEqual([ROOT, '--data-dir', folder])
    expect(new URL(started.dev).hostname).toBe('127.0.0.1')
    expect(pageText).toContain('/@vite/client')
    expect(ended).toBe(0)
    expect(dev.output().trimEnd().split('\n').at(-1)).toBe('ENDED')
  },
  60_000,
)
