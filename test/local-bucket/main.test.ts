import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { HeadBucketCommand } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { QUIT } from '../../electron/files/shutdown.ts'
import { clientOf } from './conformance/store.ts'
import { temporaryFolder } from './temporary-bucket.ts'

const MAIN = fileURLToPath(new URL('../../electron/local-bucket/main.ts', import.meta.url))

let folder: string
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Starts the program and collects its output. */
function run(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new TypeError('The output is not piped')
  const said = { out: '', err: '' }
  stdout.on('data', (piece) => {
    said.out += piece
  })
  stderr.on('data', (piece) => {
    said.err += piece
  })
  return {
    child,
    stdout,
    said,
    ended: once(child, 'close').then(([code]) => code as number | null),
  }
}

function stopBySignal(child: ChildProcess): void {
  child.kill('SIGTERM')
}

function stopByMessage(child: ChildProcess): void {
  child.send(QUIT)
}

it.each([
  // Windows has no signal that a program can handle.
  ...(process.platform === 'win32' ? [] : [['SIGTERM', stopBySignal] as const]),
  ['a message', stopByMessage] as const,
])('prints one line, serves the bucket at that address, and stops at %s', async (_name, stop) => {
  const args = ['--dir', folder, '--bucket', 'my-own', '--allow-origin', 'http://127.0.0.1:3000']
  const { child, stdout, said, ended } = run(...args)
  await once(stdout, 'data')

  const { accessKeyId, secretAccessKey, ...line } = JSON.parse(said.out)
  const store = { ...line, credentials: { accessKeyId, secretAccessKey } }
  const { BucketRegion } = await clientOf(store).send(new HeadBucketCommand({ Bucket: 'my-own' }))
  stop(child)
  const code = await ended

  expect(Object.keys(line)).toEqual(['endpoint', 'region', 'bucket'])
  expect(line).toMatchObject({ bucket: 'my-own', region: BucketRegion })
  expect([code, said.out.split('\n').length]).toEqual([0, 2])
  expect(said.err).toBe('')
})

it('says in one sentence that its port is taken', async () => {
  const squatter = createServer().listen(0, '127.0.0.1')
  await once(squatter, 'listening')
  const address = squatter.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0

  const { said, ended } = run('--dir', folder, '--port', String(port))
  const code = await ended
  squatter.close()

  expect([code, said.out]).toEqual([1, ''])
  expect(said.err).toBe(`Port ${port} is taken by another program.\n`)
})

it('says in one sentence that its folder cannot be used', async () => {
  const file = path.join(folder, 'file')
  await writeFile(file, '')

  const { said, ended } = run('--dir', path.join(file, 'below'))

  expect([await ended, said.out]).toEqual([1, ''])
  expect(said.err).toMatch(/^The folder .* cannot be written to\.\n$/)
})

it.each([
  [[], 'Give a folder with --dir.'],
  [['--dir', 'DIR', '--port', '70000'], '"70000" is not a port'],
  [['--dir', 'DIR', '--port', 'x'], '"x" is not a port'],
  [['--dir', 'DIR', '--bucket', 'No_Bucket'], '"No_Bucket" is not a bucket name'],
  [['--dir', 'DIR', '--allow-origin', 'example.com/'], '"example.com/" is not an origin'],
  [['--dir', 'DIR', '--nonsense'], "Unknown option '--nonsense'"],
])('refuses the options %j', async (args, sentence) => {
  const { said, ended } = run(...args.map((arg) => arg.replace('DIR', folder)))

  expect([await ended, said.out]).toEqual([1, ''])
  expect(said.err).toContain(sentence)
  expect(said.err).toContain('Usage: npm run local-bucket --')
})
