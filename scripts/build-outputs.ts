import { existsSync } from 'node:fs'
import { mkdir, readdir, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const CONFIGURATION = [
  'vite.config.ts',
  'scripts/vite-plugins.ts',
  'scripts/vite-plugins.ts',
  'package-lock.json',
]

/** The sources of each build, and a file that exists after it. */
const OUTPUTS = {
  client: { sources: ['renderer', 'electron/contract'], result: 'out/renderer/index.html' },
  main: { sources: ['electron'], result: 'out/main/index.js' },
  preload: {
    sources: ['electron/desktop/preload', 'electron/contract'],
    result: 'out/preload/index.cjs',
  },
} as const
type OutputName = keyof typeof OUTPUTS

/** Builds the page if a source is newer than the last build. */
export function buildPage(): Promise<void> {
  return oneAtATime(() => buildOutdated(['client']))
}

/** Builds the page and Electron's two bundles. */
export function buildDesktop(): Promise<void> {
  return oneAtATime(() => buildOutdated(['client', 'main', 'preload']))
}

/** Two concurrent starts would empty each other's `out/`. SQLite's lock ends with its process. */
async function oneAtATime(build: () => Promise<void>): Promise<void> {
  await mkdir(join(root, 'out'), { recursive: true })
  const lock = new DatabaseSync(join(root, 'out', 'build-lock.sqlite'), { timeout: 120_000 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    await build()
  } finally {
    lock.close()
  }
}

async function buildOutdated(names: readonly OutputName[]): Promise<void> {
  const outdated: OutputName[] = []
  for (const name of names) if (await isOutdated(name)) outdated.push(name)
  if (outdated.length === 0) return
  const startedAt = new Date()
  // Loaded only when needed: a start without changes is faster without Vite.
  const { createBuilder } = await import('vite')
  // Vitest sets this to 'test', which would build the page with React's slower development version.
  process.env.NODE_ENV = 'production'
  const builder = await createBuilder({
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
  })
  for (const name of outdated) {
    const environment = builder.environments[name]
    if (environment === undefined) throw new Error(`vite.config.ts has no environment ${name}`)
    await builder.build(environment)
    // A source that is saved during the build counts as newer than its result.
    await utimes(join(root, OUTPUTS[name].result), startedAt, startedAt)
  }
}

async function isOutdated(name: OutputName): Promise<boolean> {
  const { sources, result } = OUTPUTS[name]
  if (!existsSync(join(root, result))) return true
  const builtAtMs = (await stat(join(root, result))).mtimeMs
  const newest = await Promise.all(
    [...sources, ...CONFIGURATION].map((path) => newestMs(join(root, path))),
  )
  return newest.some((changedAtMs) => changedAtMs > builtAtMs)
}

/** The latest change below a path; a folder's own time shows when files were removed. */
async function newestMs(path: string): Promise<number> {
  const found = await stat(path)
  if (!found.isDirectory()) return found.mtimeMs
  const inside = await readdir(path)
  const times = await Promise.all(inside.map((name) => newestMs(join(path, name))))
  return Math.max(found.mtimeMs, ...times)
}
