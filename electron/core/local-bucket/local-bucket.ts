import { accessSync, chmodSync, constants, mkdirSync } from 'node:fs'
import type { Server } from 'node:http'
import path from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { BucketSettings } from './bucket-settings.ts'
import type { Bucket } from './context.ts'
import { errnoOf } from './errors.ts'
import { createBucketServer, type ServerLog } from './http-server.ts'
import { IndexInUse, IndexUnreadable, openIndex } from './index-db.ts'
import { listenOn, portOf, stopServer } from './listen.ts'
import { ObjectFiles } from './object-files.ts'
import { ObjectStore } from './object-store.ts'
import { indexFolder } from './rebuild-index.ts'
import {
  type BucketState,
  newState,
  readState,
  STATE_FILE,
  StateUnreadable,
  setAside,
  writeState,
} from './state-file.ts'
import { UploadStore } from './upload-store.ts'

export interface LocalBucketOptions {
  /** Holds the keys, the index and, unless said otherwise, the objects. Made when missing. */
  readonly folder: string
  /** Absent or 0: the remembered port, else any free one, which is remembered. */
  readonly port?: number
  /** Origins of pages that may use the bucket besides those that its own CORS rules allow. */
  readonly allowedOrigins?: readonly string[] | (() => readonly string[])
  /** Epoch milliseconds. */
  readonly now?: () => number
  /** Never receives a query string or a secret. */
  readonly log?: ServerLog
  /** Where a bucket that is new keeps its objects. */
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
  /** The folder that a person may open: objects as plain files. */
  readonly objectsFolder: string
  /** The remembered port that somebody else has taken, so that older links are dead. */
  readonly movedFromPort: number | null
  /** A damaged file's new name in the folder; what it held was made anew as far as possible. */
  readonly setAside: string | null
  close(): Promise<void>
}

export class LocalBucketError extends Error {
  override readonly name = 'LocalBucketError'
  readonly reason: 'port-taken' | 'folder-unwritable' | 'in-use' | 'broken'

  constructor(reason: LocalBucketError['reason'], text: string) {
    super(text)
    this.reason = reason
  }
}

const INDEX_FILE = 'index.sqlite'
const silent: ServerLog = { warn: () => undefined }

/**
 * Opens the bucket on this computer and serves it on 127.0.0.1. Rejects with `LocalBucketError`:
 * `port-taken` only for a port that was asked for, `in-use` when another process serves the folder.
 */
export async function openLocalBucket(options: LocalBucketOptions): Promise<LocalBucket> {
  const now = options.now ?? Date.now
  makeFolder(options.folder)
  const index = openedIndex(options.folder, now)
  try {
    const known = openedState(options, now)
    const bucket = await openedBucket(index, known.state, now)
    const server = createBucketServer({
      bucket: bucket.bucket,
      pageOrigins: originsOf(options),
      log: options.log ?? silent,
    })
    const movedFromPort = await listen(server, options.port ?? 0, known.state.port)
    const port = portOf(server)
    bucket.endpoint = `http://127.0.0.1:${port}`
    writeState(options.folder, { ...known.state, port })
    const { region, accessKeyId, secretAccessKey } = known.state
    return {
      endpoint: bucket.endpoint,
      region,
      bucket: known.state.bucket,
      accessKeyId,
      secretAccessKey,
      objectsFolder: bucket.bucket.files.folder,
      movedFromPort,
      setAside: index.setAside ?? known.setAside,
      close: once(async () => {
        await stopServer(server)
        index.db.close()
      }),
    }
  } catch (error) {
    index.db.close()
    throw namedTrouble(error, options.folder)
  }
}

interface OpenedIndex {
  readonly db: DatabaseSync
  readonly setAside: string | null
}

function openedIndex(folder: string, now: () => number): OpenedIndex {
  const file = path.join(folder, INDEX_FILE)
  try {
    try {
      return { db: openIndex(file), setAside: null }
    } catch (error) {
      if (!(error instanceof IndexUnreadable)) throw error
      const aside = setAside(folder, INDEX_FILE, now())
      // Its journal belongs to the damaged file and would be replayed into the new one.
      for (const end of ['-wal', '-shm']) setAsideIfThere(folder, INDEX_FILE + end, now())
      return { db: openIndex(file), setAside: aside }
    }
  } catch (error) {
    throw namedTrouble(error, folder)
  }
}

function setAsideIfThere(folder: string, name: string, nowMs: number): void {
  try {
    setAside(folder, name, nowMs)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}

function openedState(
  options: LocalBucketOptions,
  now: () => number,
): { state: BucketState; setAside: string | null } {
  const { folder } = options
  const objectsFolder = options.newObjectsFolder ?? path.join(folder, 'objects')
  const fresh = () => newState(options.newBucketName ?? 'ferry', path.resolve(objectsFolder))
  try {
    return { state: readState(folder) ?? fresh(), setAside: null }
  } catch (error) {
    if (!(error instanceof StateUnreadable)) throw error
    return { setAside: setAside(folder, STATE_FILE, now()), state: fresh() }
  }
}

async function openedBucket(index: OpenedIndex, state: BucketState, now: () => number) {
  const { db } = index
  const settings = new BucketSettings(db)
  const files = new ObjectFiles(state.objectsFolder)
  const objects = new ObjectStore(db, files, settings, now)
  const uploads = new UploadStore(db, files, objects, now)
  uploads.table.forgetResults(now())
  files.clearLeftovers((part) => uploads.table.isPartFile(part))
  if (index.setAside !== null) await indexFolder(files, objects)
  const opened = { endpoint: '' }
  const bucket: Bucket = {
    ...state,
    name: state.bucket,
    endpoint: () => opened.endpoint,
    createdAtMs: settings.createdAtMs(now),
    files,
    objects,
    uploads,
    settings,
    now,
  }
  return Object.assign(opened, { bucket })
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    accessSync(folder, constants.W_OK)
  } catch (error) {
    throw namedTrouble(error, folder)
  }
}

/** Answers the remembered port when it had to be left. */
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

function namedTrouble(error: unknown, folder: string): unknown {
  if (error instanceof IndexInUse) {
    return new LocalBucketError('in-use', `Another Ferry serves the bucket in ${folder}.`)
  }
  if (error instanceof IndexUnreadable) {
    return new LocalBucketError('broken', `The bucket's index in ${folder} cannot be read.`)
  }
  const isRefused = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC', 'ENOENT']
  if (isRefused.includes(errnoOf(error))) {
    return new LocalBucketError('folder-unwritable', `The folder ${folder} cannot be written to.`)
  }
  return error
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null
  return () => {
    done ??= work()
    return done
  }
}
