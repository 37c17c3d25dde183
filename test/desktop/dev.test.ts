import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** In the place of Electron's program: says how it was started and stays. */
const STAND_IN = `#!${process.execPath}
console.log('STARTED ' + JSON.stringify({ args: process.argv.slice(2), dev: process.env.FERRY_DEV_SERVER }))
process.on('SIGTERM', () => { console.log('ENDED'); process.exit(0) })
setInterval(() => {}, 1000)
`

let folder: string
let dev: ChildProcess | null

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferry-dev-'))
  dev = null
})

afterEach(() => {
  dev?.kill('SIGKILL')
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
    writeFileSync(program, STAND_IN)
    chmodSync(program, 0o755)
    dev = spawn(process.execPath, ['scripts/dev.ts', '--data-dir', folder], {
      cwd: root,
      env: { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: folder, DISPLAY: ':0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: dev.stdout ?? process.stdin })
    const heard: string[] = []
    lines.on('line', (line) => heard.push(line))
    while (!heard.some((line) => line.startsWith('STARTED'))) await once(lines, 'line')
    const said = heard.find((line) => line.startsWith('STARTED'))?.slice('STARTED '.length) ?? ''
    const started: { args: string[]; dev: string } = JSON.parse(said)
    const page = await fetch(started.dev)
    const ended = once(dev, 'exit')
    dev.kill('SIGTERM')

    expect(started.args).toEqual([root, '--data-dir', folder])
    expect(new URL(started.dev).hostname).toBe('127.0.0.1')
    expect(await page.text()).toContain('/@vite/client')
    expect(await ended).toEqual([0, null])
    expect(heard.at(-1)).toBe('ENDED')
  },
  60_000,
)
