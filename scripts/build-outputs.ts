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

/** What each build is made from, and the file that proves that it was made. */
const OUTPUTS = {
  client: { sources: ['renderer', 'electron/contract'], result: 'out/renderer/index.html' },
  main: { sources: ['electron'], result: 'out/main/index.js' },
  preload: {
    sources: ['electron/desktop/preload', 'electron/contract'],
    result: 'out/preload/index.cjs',
  },
} as const
type OutputName = keyof typeof OUTPUTS

/** Builds the page when a source is newer than the last build. */
export function buildPage(): Promise<void> {
  return oneAtATime(() => buildOutdated(['client']))
}

/** The page and Electron's two bundles, for the desktop. */
export function buildDesktop(): Promise<void> {
  return oneAtATime(() => buildOutdated(['client', 'main', 'preload']))
}

/** Two starts at once would empty each other's `out/`. SQLite's lock ends with its process. */
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
  // Loaded only when there is something to build: a start without changes is quicker without Vite.
  const { createBuilder } = await import('vite')
  // Vitest says 'test' here, and the page would be built with React's slower development half.
  process.env.NODE_ENV = 'production'
  const builder = await createBuilder({
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
  })
  for (const name of outdated) {
    const environment = builder.environments[name]
    if (environment === undefined) throw new Error(`vite.config.ts has no environment ${name}`)
    await builder.build(environment)
    // A source saved while the build ran is newer than what was built from it.
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

/** The latest change below a path; a folder's own time tells of files that were removed. */
async function newestMs(path: string): Promise<number> {
  const found = await stat(path)
  if (!found.isDirectory()) return found.mtimeMs
  const inside = await readdir(path)
  const times = await Promise.all(inside.map((name) => newestMs(join(path, name))))
  return Math.max(found.mtimeMs, ...times)
}
