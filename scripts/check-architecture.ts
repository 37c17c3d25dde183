// Checks docs/architecture.md against the tree: each path that it names exists, and its table has a
// row for each folder of electron/ and renderer/.
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

const DOCUMENT = 'docs/architecture.md'
const root = fileURLToPath(new URL('..', import.meta.url))

/** Folders of the user's data, which the document names as well. */
const DATA_FOLDERS = new Set([
  'logs/',
  'crashes/',
  'local-bucket/',
  'objects/',
  'unusual-names/',
  'work/',
])
const SOURCE_PATH = /^[\w@.-]+(\/[\w@.-]+)*(\/|\.tsx?)$/
const TABLE_ROW = /^\| `([\w/-]+)` \|/
const NEEDS_ROW = /^(electron|renderer)\/[\w-]+$/

/** Returns one sentence per mistake; `folders` and `files` are relative to the repository's root. */
export function architectureMistakes(
  document: string,
  folders: readonly string[],
  files: readonly string[],
): string[] {
  const mistakes: string[] = []
  const rows = new Set<string>()
  for (const line of document.split('\n')) {
    const row = TABLE_ROW.exec(line)?.[1] ?? null
    if (row !== null) rows.add(row)
    if (row !== null && !folders.includes(row)) mistakes.push(`There is no folder ${row}.`)
    for (const [, name = ''] of line.matchAll(/`([^`]+)`/g)) {
      if (!SOURCE_PATH.test(name) || DATA_FOLDERS.has(name)) continue
      const existing = name.endsWith('/') ? folders.map((folder) => `${folder}/`) : files
      const isThere = existing.some(
        (path) => path === name || (path.endsWith(`/${name}`) && path.startsWith(row ?? '')),
      )
      if (!isThere) mistakes.push(`There is no ${name}${row === null ? '' : ` in ${row}`}.`)
    }
  }
  const missing = folders.filter((folder) => NEEDS_ROW.test(folder) && !rows.has(folder))
  return [...mistakes, ...missing.map((folder) => `The table has no row for ${folder}.`)]
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const entries = globSync('{electron,renderer,scripts,test,docs}/**', {
    cwd: root,
    withFileTypes: true,
  })
  const pathsOf = (wanted: typeof entries) =>
    wanted.map(({ parentPath, name }) =>
      `${parentPath}/${name}`.slice(root.length).replaceAll('\\', '/'),
    )
  const folders = pathsOf(entries.filter((entry) => entry.isDirectory()))
  const files = pathsOf(entries.filter((entry) => entry.isFile()))
  const document = readFileSync(`${root}${DOCUMENT}`, 'utf8')
  for (const mistake of architectureMistakes(document, folders, files)) {
    console.error(`${DOCUMENT}: ${mistake}`)
    process.exitCode = 1
  }
}
