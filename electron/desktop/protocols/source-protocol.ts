import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { Session } from 'electron'
import { SourceId } from '../../contract/ids.ts'
import type { ByteRange } from '../../contract/part-plan.ts'
import { SOURCE_SCHEME } from '../../contract/transport.ts'
import type { Core } from '../../core/create-core.ts'
import type { SourceFacts } from '../../core/ports.ts'
import { readFailure, type SourceFailure } from '../../core/sources/source-failure.ts'
import { isSameTime } from '../../core/sources/source-registry.ts'
import { asPlainFile, READ_NON_BLOCKING } from '../../files/plain-file.ts'
import { unreachable } from '../../lib/unreachable.ts'

type SourcePath = Core['sourcePath']

/** A request from Electron: Chromium sets `initiatorOrigin`, not the page. */
export type SourceRequest = Request & { readonly initiatorOrigin?: string }

/** Large enough to keep the disk busy, small enough for six parts at once. */
const CHUNK_BYTES = 512 * 1024

/** Streams ranges of registered files to the page, for uploads that resume after a restart. */
export function serveSources(session: Session, sourcePath: SourcePath, pageOrigin: string): void {
  session.protocol.handle(SOURCE_SCHEME, (request) => answerSource(request, sourcePath, pageOrigin))
}

/**
 * Responds with 206 and exactly the requested bytes, or: 403 another page, or unreadable; 404
 * unknown ticket or missing file; 405; 409 the file has changed since it was registered; 416 no
 * such range; 503 the bytes are in the cloud.
 */
export async function answerSource(
  request: SourceRequest,
  sourcePath: SourcePath,
  pageOrigin: string,
  platform: NodeJS.Platform = process.platform,
): Promise<Response> {
  // Electron does not check Access-Control-Allow-Origin for registered schemes.
  if (request.initiatorOrigin !== pageOrigin) return new Response(null, { status: 403 })
  const cors = corsHeaders(pageOrigin)
  if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: cors })
  if (request.method !== 'GET') return new Response(null, { status: 405, headers: cors })
  const source = sourceOf(request.url, sourcePath)
  if (source === null) return new Response(null, { status: 404, headers: cors })
  const opened = await openUnchanged(source, platform)
  if (typeof opened === 'number') return new Response(null, { status: opened, headers: cors })
  return answerRange(request, { ...source, platform }, opened, cors)
}

async function answerRange(
  request: Request,
  { path, byteLength, platform }: SourceOnDisk & { readonly platform: NodeJS.Platform },
  file: FileHandle,
  cors: Record<string, string>,
): Promise<Response> {
  const range = readRange(request.headers.get('range'), byteLength)
  if (typeof range === 'string') {
    await file.close()
    const headers = { ...cors, 'content-range': `bytes */${byteLength}` }
    return new Response(null, { status: 416, headers })
  }
  try {
    // Read one byte first: some files open but cannot be read, and a started response can only
    // break off.
    await file.read(Buffer.alloc(1), 0, 1, range.start)
  } catch (error) {
    await file.close()
    const status = statusOf(await readFailure(error, path, platform))
    return new Response(null, { status, headers: cors })
  }
  return new Response(streamOf(file, range, request.signal), {
    status: 206,
    headers: {
      ...cors,
      'content-type': 'application/octet-stream',
      'content-length': String(range.end - range.start),
      'content-range': `bytes ${range.start}-${range.end - 1}/${byteLength}`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}

/** Closes the file at the end, on an error, and when the page cancels. */
function streamOf(file: FileHandle, { start, end }: ByteRange, signal: AbortSignal) {
  const stream = file.createReadStream({
    start,
    end: end - 1,
    highWaterMark: CHUNK_BYTES,
    autoClose: true,
    signal,
  })
  return Readable.toWeb(stream) as ReadableStream<Uint8Array> as globalThis.ReadableStream<
    Uint8Array<ArrayBuffer>
  >
}

function sourceOf(url: string, sourcePath: SourcePath): SourceOnDisk | null {
  const ticket = SourceId.safeParse(URL.parse(url)?.hostname)
  if (!ticket.success) return null
  const facts = sourcePath(ticket.data)
  return facts === null || facts.path === null ? null : { ...facts, path: facts.path }
}

type SourceOnDisk = SourceFacts & { readonly path: string }

/** Checks the opened file, so that it cannot be replaced between the check and the read. */
async function openUnchanged(
  source: SourceOnDisk,
  platform: NodeJS.Platform,
): Promise<FileHandle | number> {
  let file: FileHandle | null = null
  try {
    file = await asPlainFile(() => open(source.path, READ_NON_BLOCKING))
    const now = await file.stat()
    const isSame =
      now.isFile() &&
      now.size === source.byteLength &&
      isSameTime(Math.trunc(now.mtimeMs), Math.trunc(source.modifiedAtMs))
    if (isSame) return file
    await file.close()
    return 409
  } catch (error) {
    await file?.close()
    return statusOf(await readFailure(error, source.path, platform))
  }
}

function statusOf({ kind }: SourceFailure): number {
  switch (kind) {
    case 'source-missing':
      return 404
    case 'source-unreadable':
      return 403
    case 'source-in-cloud':
      return 503
    default:
      return unreachable(kind)
  }
}

function corsHeaders(pageOrigin: string): Record<string, string> {
  return {
    'access-control-allow-origin': pageOrigin,
    'access-control-allow-methods': 'GET',
    'access-control-allow-headers': 'range',
    'access-control-expose-headers': 'content-range, content-length',
  }
}

export type RangeVerdict = ByteRange | 'malformed' | 'unsatisfiable'

/**
 * Parses `bytes=first-last` with both ends, the only form that Ferry's page sends. RFC 9110 section
 * 14 also has open ends and several ranges, which only other clients would send.
 */
export function readRange(header: string | null, byteLength: number): RangeVerdict {
  const match = /^bytes=(\d{1,16})-(\d{1,16})$/.exec(header ?? '')
  if (match === null) return 'malformed'
  const start = Number(match[1])
  const last = Number(match[2])
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(last) || last < start) {
    return 'malformed'
  }
  // Past the end, the file is not the one the page knows; a shortened answer would hide that.
  return last < byteLength ? { start, end: last + 1 } : 'unsatisfiable'
}
