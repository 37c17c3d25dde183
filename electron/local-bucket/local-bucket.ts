import { accessSync, constants } from 'node:fs'
import type { Server } from 'node:http'
import path from 'node:path'
import { claimFolder } from '../files/private-files.ts'
import { type Pause, pause, retryWhileHeld } from '../files/replace-file.ts'
import type { Bucket } from './bucket/context.ts'
import { migrateOlderLayout } from './bucket/migrate-older-layout.ts'
import { rebuildIndex } from './bucket/rebuild-index.ts'
import {
  type BucketState,
  newState,
  readState,
  STATE_FILE,
  StateUnreadable,
  setAside,
  writeState,
} from './bucket/state-file.ts'
import { createBucketServer, listenOn, portOf, type ServerLog, stopServer } from './http-server.ts'
import { BucketSettings } from './index/bucket-settings.ts'
import { type OpenedIndex, openIndexIn } from './index/index-db.ts'
import { LocalBucketError, openingErrorOf } from './local-bucket-error.ts'
import { UploadStore } from './multipart/upload-store.ts'
import { bucketFolders, ObjectFiles } from './objects/object-files.ts'
import { ObjectStore } from './objects/object-store.ts'

export interface LocalBucketOptions {
  /** Contains the keys, the index and, by default, the objects. Created when missing. */
  readonly folder: string
  /** Absent or 0: the saved port, or else any free port, which is then saved. */
  readonly port?: number
  /** Origins of pages that may use the bucket in addition to those of its CORS rules. */
  readonly allowedOrigins?: readonly string[] | (() => readonly string[])
  /** Epoch milliseconds. */
  readonly now?: () => number
  /** Query strings and secrets are never logged. */
  readonly log?: ServerLog
  /** Replaces the pauses between retries for a file that another program has open. */
  readonly wait?: Pause
  /** The objects folder of a new bucket. */
  readonly newObjectsFolder?: string
  /** The name of a bucket that is new. */
  readonly newBucketName?: string
}

export interface LocalBucket {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** The folder that the user may open: it contains only objects, as plain files. */
  readonly objectsFolder: string
  /** The saved port, if another program has taken it; older links no longer work then. */
  readonly movedFromPort: number | null
  /** The new name of a damaged file in the folder; its contents were rebuilt as far as possible. */
  readonly setAside: string | null
  close(): Promise<void>
}

export { LocalBucketError } from './local-bucket-error.ts'

const silent: ServerLog = { warn: () => undefined }

/**
 * Opens the bucket on this computer and serves it on 127.0.0.1. Rejects with `LocalBucketError`:
 * `port-taken` only when `port` was given, `in-use` when another process serves the folder.
 */
export async function openLocalBucket(options: LocalBucketOptions): Promise<LocalBucket> {
  const now = options.now ?? Date.now
  let index: OpenedIndex
  try {
    makeFolder(options.folder)
    index = await openIndexIn(options.folder, now)
  } catch (error) {
    throw openingErrorOf(error, options.folder)
  }
  let opened: Bucket | null = null
  try {
    const known = await openedState(options, now)
    const endpointOf = () => `http://127.0.0.1:${portOf(server)}`
    const bucket = await openedBucket(index, known.state, options, endpointOf)
    opened = bucket
    const server = createBucketServer({
      bucket,
      pageOrigins: originsOf(options),
      log: options.log ?? silent,
    })
    const movedFromPort = await listen(server, options.port ?? 0, known.state.port)
    await rememberPort(server, options.folder, known.state)
    const { region, accessKeyId, secretAccessKey } = bucket
    return {
      endpoint: endpointOf(),
      region,
      bucket: bucket.name,
      accessKeyId,
      secretAccessKey,
      objectsFolder: bucket.files.folder,
      movedFromPort,
      setAside: index.setAside ?? known.setAside,
      close: once(async () => {
        await stopServer(server)
        bucket.objects.close()
        index.db.close()
      }),
    }
  } catch (error) {
    opened?.objects.close()
    index.db.close()
    throw openingErrorOf(error, options.folder)
  }
}

async function openedState(
  options: LocalBucketOptions,
  now: () => number,
): Promise<{ state: BucketState; setAside: string | null }> {
  const { folder } = options
  const objectsFolder = options.newObjectsFolder ?? path.join(folder, 'objects')
  const fresh = () => newState(options.newBucketName ?? 'ferry', path.resolve(objectsFolder))
  try {
    return {
      state: (await retryWhileHeld(async () => readState(folder))) ?? fresh(),
      setAside: null,
    }
  } catch (error) {
    if (!(error instanceof StateUnreadable)) throw error
    return { setAside: await setAside(folder, STATE_FILE, now()), state: fresh() }
  }
}

async function openedBucket(
  index: OpenedIndex,
  state: BucketState,
  { folder, now = Date.now, log = silent, wait = pause }: LocalBucketOptions,
  endpoint: () => string,
): Promise<Bucket> {
  const { db } = index
  const settings = new BucketSettings(db)
  const files = new ObjectFiles(bucketFolders(folder, state.objectsFolder), process.platform, wait)
  const warn = (reason: string) => log.warn({ reason }, 'a file could not be put in its place')
  const objects = new ObjectStore({ db, files, settings, now, warn, wait })
  const uploads = new UploadStore(db, files, objects, now)
  uploads.table.forgetResults(now())
  const isIndexLost = index.setAside !== null
  const mayClear = !isIndexLost || files.isWorkSetAside(now())
  try {
    await retryWhileHeld(async () => migrateOlderLayout(files, objects, uploads.table), wait)
  } catch {
    // The files are served from their current paths, and the next start continues the migration.
  }
  if (isIndexLost) await rebuildIndex(files, objects)
  objects.placement.settleAll()
  const isKnown = (file: string) => uploads.table.isPartFile(file) || objects.table.ownsFile(file)
  if (mayClear) files.removeUnlistedWorkFiles(isKnown)
  const { bucket: name, region, accessKeyId, secretAccessKey } = state
  return {
    name,
    region,
    accessKeyId,
    secretAccessKey,
    endpoint,
    createdAtMs: settings.createdAtMs(now),
    files,
    objects,
    uploads,
    settings,
    now,
  }
}

/** Without a saved port, the bucket would have a different address after the next start. */
async function rememberPort(server: Server, folder: string, state: BucketState): Promise<void> {
  try {
    await writeState(folder, { ...state, port: portOf(server) })
  } catch (error) {
    await stopServer(server)
    throw error
  }
}

function makeFolder(folder: string): void {
  claimFolder(folder)
  accessSync(folder, constants.W_OK)
}

/** Returns the saved port if it was taken, else null. */
async function listen(server: Server, asked: number, remembered: number): Promise<number | null> {
  if (asked !== 0) {
    if (await listenOn(server, asked)) return null
    throw new LocalBucketError('port-taken', `Port ${asked} is taken by another program.`)
  }
  if (remembered !== 0 && (await listenOn(server, remembered))) return null
  if (!(await listenOn(server, 0))) throw new LocalBucketError('broken', 'No port is free.')
  return remembered === 0 ? null : remembered
}

function originsOf(options: LocalBucketOptions): () => readonly string[] {
  const { allowedOrigins = [] } = options
  return typeof allowedOrigins === 'function' ? allowedOrigins : () => allowedOrigins
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null
  return () => {
    done ??= work()
    return done
  }
}
