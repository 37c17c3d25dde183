import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { removeFolder } from '../remove-folder.ts'
import { type Child, ROOT, runNode } from './child.ts'

/** Registers a cleanup function: for a single test, or for a suite whose tests share it. */
export type WhenOver = (end: () => Promise<void> | void) => void

/** Removed after the test. */
export async function temporaryFolder(whenOver: WhenOver = onTestFinished): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ferry-e2e-'))
  whenOver(() => removeFolder(folder))
  return folder
}

export interface Ferry {
  readonly child: Child
  /** Contains the one-time token. */
  readonly url: string
  readonly port: number
  /** The page's origin in this run. */
  readonly origin: string
  /** The origin for a bucket's CORS rule: the pages of all runs at this port. */
  readonly corsOrigin: string
  readonly dataFolder: string
}

/** The real `npm start` in its browser form, as a process of its own. */
export async function startFerry(
  settings: {
    readonly dataFolder?: string
    readonly port?: number
    readonly env?: NodeJS.ProcessEnv
    readonly whenOver?: WhenOver
  } = {},
): Promise<Ferry> {
  const { whenOver = onTestFinished } = settings
  const dataFolder = settings.dataFolder ?? (await temporaryFolder(whenOver))
  const port = String(settings.port ?? 0)
  const args = ['--browser', '--no-open', '--port', port, '--data-dir', dataFolder]
  const child = runNode([join(ROOT, 'scripts/start.ts'), ...args], settings.env)
  whenOver(async () => {
    await child.stop()
  })
  const line = await child.untilPrinted(/Ferry is ready at (http:\S+)/)
  const url = line.slice('Ferry is ready at '.length)
  const { origin, port: boundPort } = new URL(url)
  const corsOrigin = corsOriginAt(Number(boundPort))
  return { child, url, port: Number(boundPort), origin, corsOrigin, dataFolder }
}

export function corsOriginAt(port: number): string {
  return `http://*.localhost:${port}`
}

/** The address of an S3 bucket and the access keys for it. */
export interface BucketAccess {
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface RunningBucket extends BucketAccess {
  readonly child: Child
}

/** A second bucket, as `npm run local-bucket` serves it. */
export async function startBucket(settings: {
  readonly folder: string
  readonly port?: number
  readonly allowedOrigin?: string | undefined
  readonly whenOver?: WhenOver
}): Promise<RunningBucket> {
  const { whenOver = onTestFinished } = settings
  const child = runNode([
    join(ROOT, 'electron/local-bucket/main.ts'),
    '--dir',
    settings.folder,
    '--port',
    String(settings.port ?? 0),
    ...(settings.allowedOrigin === undefined ? [] : ['--allow-origin', settings.allowedOrigin]),
  ])
  whenOver(async () => {
    await child.stop()
  })
  const line = await child.untilPrinted(/^\{.*\}$/m)
  return { ...(JSON.parse(line) as BucketAccess), child }
}

/** A port that nothing listens on. Use it at once, so that nothing else takes it. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('Not a TCP server')
  server.close()
  await once(server, 'close')
  return address.port
}
