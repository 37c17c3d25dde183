import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type Child, ROOT, runNode } from '../e2e/child.ts'
import { ELECTRON_PROGRAM, electronStandIn, temporaryFolder } from '../scripts/start-harness.ts'

function develop(args: readonly string[], env: NodeJS.ProcessEnv): Child {
  const dev = runNode(['scripts/dev.ts', ...args], { ...process.env, ...env })
  onTestFinished(async () => {
    await dev.stop('SIGKILL')
  })
  return dev
}

it('npm run dev opens Electron on Vite and closes it at the end', async () => {
  const folder = await temporaryFolder()
  const electron = await electronStandIn(`
    console.log('STARTED ' + JSON.stringify({
      args: process.argv.slice(1), dev: process.env.FERRY_DEV_SERVER
    }))
    process.on('message', ({ ferry }) => {
      console.log('ENDED by ' + ferry)
      process.exit(0)
    })`)
  const dev = develop(['--data-dir', folder], electron)
  const said = await dev.untilPrinted(/^STARTED .*$/m)
  const started: { args: string[]; dev: string } = JSON.parse(said.slice('STARTED '.length))
  const page = await fetch(started.dev)
  const pageText = await page.text()

  const ended = await dev.stop()

  expect(started.args).toEqual([resolve(ROOT), '--data-dir', folder])
  expect(new URL(started.dev).hostname).toBe('127.0.0.1')
  expect(pageText).toContain('/@vite/client')
  expect(ended).toBe(0)
  expect(dev.output().trimEnd().split('\n').at(-1)).toBe('ENDED by quit')
}, 60_000)

it('npm run dev says in one sentence that Electron cannot be started', async () => {
  const folder = await temporaryFolder()
  const program = join(folder, ELECTRON_PROGRAM)
  await mkdir(dirname(program), { recursive: true })
  await writeFile(program, 'no program')

  const dev = develop([], { ELECTRON_OVERRIDE_DIST_PATH: folder, DISPLAY: ':99' })
  const ended = await dev.ended

  expect(ended).toBe(1)
  expect(dev.errors().trim().split('\n')).toEqual([
    expect.stringContaining(`${program} cannot be started: `),
  ])
}, 60_000)
