import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { createPackage } from '@electron/asar'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { splitArchivePath } from '../desktop-in-chromium/asar-loader.ts'

const LOADER = new URL('../desktop-in-chromium/asar-loader.ts', import.meta.url).href
const MAIN = `
import fs from 'node:fs'
import { join } from 'node:path'
import { named } from './named.js'
import old from './old.cjs'
const { late } = await import('./late.js')
const root = join(import.meta.dirname, '..')
const missing = await fs.promises.readFile(join(root, 'gone.txt')).catch((error) => error.code)
const folder = await fs.promises.readFile(join(root, 'main')).catch((error) => error.code)
const byCallback = await new Promise((done) =>
  fs.readFile(join(root, 'page.html'), 'utf8', (error, text) => done(error ?? text)))
export const seen = {
  named, late, old: old.value, missing, folder, byCallback,
  dirname: import.meta.dirname,
  page: await fs.promises.readFile(join(root, 'page.html'), 'utf8'),
  bytes: fs.readFileSync(join(root, 'page.html')).byteLength,
  exists: [fs.existsSync(join(root, 'page.html')), fs.existsSync(join(root, 'gone.txt'))],
  isFile: fs.statSync(join(root, 'page.html')).isFile(),
  isDirectory: (await fs.promises.stat(join(root, 'main'))).isDirectory(),
  names: fs.readdirSync(join(root, 'main')).sort(),
  outside: (await fs.promises.readFile(process.argv[1], 'utf8')).length > 0,
}
`

let root: string
let archive: string

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'ferry-asar-'))
  const source = join(root, 'source')
  mkdirSync(join(source, 'out', 'main'), { recursive: true })
  const files = {
    'package.json': '{"type":"module"}',
    'out/page.html': '<p>Grüße',
    'out/main/index.js': MAIN,
    'out/main/named.js': "export const named = 'named'",
    'out/main/late.js': "export const late = 'late'",
    'out/main/old.cjs': "module.exports = { value: 'old' }",
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(source, name), text)
  archive = join(root, 'app.asar')
  await createPackage(source, archive)
})

afterAll(() => rmSync(root, { recursive: true }))

/** Runs a separate process, because module hooks stay for its lifetime. */
async function run(script: string): Promise<unknown> {
  const path = join(root, 'run.mts')
  writeFileSync(path, `import { readFromArchives } from '${LOADER}'\nreadFromArchives()\n${script}`)
  const { stdout } = await promisify(execFile)(process.execPath, [path])
  return JSON.parse(stdout)
}

const moduleIn = (path: string) => pathToFileURL(join(archive, path)).href

describe('an app in its archive', () => {
  it('imports its modules and reads files inside and outside the archive', async () => {
    const seen = await run(`
      const { seen } = await import('${moduleIn('out/main/index.js')}')
      console.log(JSON.stringify(seen))
    `)

    expect(seen).toEqual({
      named: 'named',
      late: 'late',
      old: 'old',
      missing: 'ENOENT',
      folder: 'EISDIR',
      byCallback: '<p>Grüße',
      dirname: join(archive, 'out', 'main'),
      page: '<p>Grüße',
      bytes: Buffer.byteLength('<p>Grüße'),
      exists: [true, false],
      isFile: true,
      isDirectory: true,
      names: ['index.js', 'late.js', 'named.js', 'old.cjs'],
      outside: true,
    })
  })

  it('does not find a module that is not in the archive', async () => {
    const code = await run(`
      const code = await import('${moduleIn('out/main/gone.js')}').catch((error) => error.code)
      console.log(JSON.stringify(code))
    `)

    expect(code).toBe('ENOENT')
  })

  it('is distinguished from the archive itself and from similar names', () => {
    expect(splitArchivePath(join(archive, 'out', 'a.js'))).toEqual({
      archive,
      file: join('out', 'a.js'),
    })
    expect(splitArchivePath(archive)).toBeNull()
    expect(splitArchivePath(join(root, 'app.asar.txt'))).toBeNull()
    expect(splitArchivePath(3)).toBeNull()
  })
})
