// Type-checks each runtime with its own globals, as many at a time as there are processors.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Folders with a tsconfig.json, the slowest first. */
export const PROJECTS = [
  'test',
  'electron/desktop',
  'scripts',
  'renderer',
  'electron/loopback',
  'electron/core',
  'electron/local-bucket',
  'electron/files',
  'electron/contract',
  'electron/lib',
  'electron/desktop/preload',
  'renderer/engine',
]

const root = fileURLToPath(new URL('..', import.meta.url))
const compiler = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
)

function check(project: string): Promise<{ readonly text: string; readonly isClean: boolean }> {
  const result = Promise.withResolvers<{ readonly text: string; readonly isClean: boolean }>()
  // Several checkers would each check the types that they share: one takes the least total time.
  const args = [compiler, '-p', project, '--checkers', '1']
  if (process.stdout.isTTY) args.push('--pretty')
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
  }
  child.on('error', result.reject)
  child.on('close', (code) => result.resolve({ text, isClean: code === 0 }))
  return result.promise
}

async function checkAll(say: (text: string) => void): Promise<boolean> {
  const waiting = [...PROJECTS]
  let areClean = true
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { text, isClean } = await check(next)
      say(text)
      areClean &&= isClean
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, lane))
  return areClean
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (!(await checkAll((text) => process.stdout.write(text)))) process.exitCode = 1
}
