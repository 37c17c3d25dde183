// `npm run test:stores`: runs the tests of this folder on a real Ceph RGW or on the given store.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { untilShutdown } from '../../electron/files/shutdown.ts'
import { obtainStore, type StoreForTests } from './obtain-store.ts'
import { envOf } from './store-access.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const INTERRUPTED = 130

const { values, positionals } = parseArgs({
  /** Allows installing Debian's Ceph packages. */
  options: { install: { type: 'boolean', default: false } },
  /** Filters for test files, in Vitest's form. */
  allowPositionals: true,
})
process.exit(await testStores(values.install, positionals))

async function testStores(mayInstall: boolean, filters: readonly string[]): Promise<number> {
  const shutdown = untilShutdown()
  const beginMs = performance.now()
  const obtained = await obtainStore(process.env, mayInstall, say)
  if (obtained.state === 'refused') {
    say(obtained.sentence)
    return 1
  }
  const { store } = obtained
  try {
    say(`${store.description}, ready after ${secondsSince(beginMs)} s`)
    return await runVitest(store, filters, shutdown)
  } finally {
    await store.stop()
    say(`The whole run took ${secondsSince(beginMs)} s.`)
  }
}

/** Returns the exit code. */
async function runVitest(
  { access }: StoreForTests,
  filters: readonly string[],
  shutdown: Promise<void>,
): Promise<number> {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
  const config = join(import.meta.dirname, 'vitest.config.ts')
  const child = spawn(process.execPath, [vitest, 'run', '--config', config, ...filters], {
    cwd: ROOT,
    env: { ...process.env, ...envOf(access) },
    stdio: 'inherit',
  })
  const ended = once(child, 'exit').then(([code]) => Number(code ?? INTERRUPTED))
  const code = await Promise.race([ended, shutdown.then(() => INTERRUPTED)])
  child.kill()
  await ended
  return code
}

function secondsSince(beginMs: number): number {
  return Math.round((performance.now() - beginMs) / 100) / 10
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
