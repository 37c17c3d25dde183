import type { FileFacts } from '../../electron/contract/commands/uploads.ts'
import {
  isTextType,
  TEXT_PROBE_BYTES,
  type TextEncoding,
  textEncodingOf,
} from '../../electron/contract/content-type.ts'
import { failed, type Outcome, succeeded } from '../../electron/contract/outcome.ts'
import type { ByteRange } from '../../electron/contract/part-plan.ts'
import { hash8Input } from '../../electron/contract/rules/key-template.ts'
import { Semaphore } from '../../electron/lib/semaphore.ts'
import type { FactsNeeded, FileFactsReader, HostFile } from '../engine/intake/file-facts.ts'
import { checkGivenFile, hasEntry } from './file-source.ts'
import { readRange } from './range-source.ts'

/** Few, so that a drop of thousands of files leaves the disk to the running uploads. */
const MAX_CONCURRENT_READS = 4
const MAX_TYPE_LENGTH = 255

export const browserFileFacts: FileFactsReader<File> = {
  nameOf: ({ name }) => name,
  typeOf: browserTypeOf,
  factsOf,
  factsOfHostFile,
}

const readSemaphore = new Semaphore(MAX_CONCURRENT_READS)

/** Reads what the host needs to know about a file. Fails as a `FileSource` does. */
async function factsOf(file: File, needed: FactsNeeded): Promise<Outcome<FileFacts>> {
  const named = browserTypeOf(file)
  const isText = isTextType(needed.ruledType ?? named)
  if (named !== '' && !isText && !needed.needsHash && hasEntry(file)) {
    return succeeded({ contentType: named, hash8: null })
  }
  return readSemaphore.run(async () => {
    // The upload may wait for hours, and only a file that was read once is then known to have
    // changed.
    if (!hasEntry(file)) await checkGivenFile(file)
    const contentType = named || (await sniffedType(file))
    // If nothing tells the type, the host may know from the name that it is text.
    const encoding = isText || contentType === '' ? await encodingOf(file) : null
    const facts = { contentType, ...(encoding === null ? {} : { encoding }) }
    try {
      return succeeded({ ...facts, hash8: needed.needsHash ? await hash8Of(file) : null })
    } catch (error) {
      if (!(error instanceof DOMException)) throw error
      return failed((await checkGivenFile(file)) ?? { kind: 'source-unreadable' })
    }
  })
}

/** Fetches no more of a file that the host has than the rules need. */
async function factsOfHostFile(
  { source: { sourceId, name, byteLength }, contentType: named }: HostFile,
  needed: FactsNeeded,
): Promise<Outcome<FileFacts>> {
  const isText = isTextType(needed.ruledType ?? named)
  if (named !== '' && !isText && !needed.needsHash) {
    return succeeded({ contentType: named, hash8: null })
  }
  return readSemaphore.run(async () => {
    const { signal } = new AbortController()
    const read = (range: ByteRange) => readRange(sourceId, range, signal)
    // One extra byte tells whether this is the start or the whole file.
    const start = await read({ start: 0, end: Math.min(byteLength, TEXT_PROBE_BYTES + 1) })
    if (!start.ok) {
      // The file is queued anyway: the upload waits for the bytes.
      const isForUpload = start.failure.kind === 'source-in-cloud' && !needed.needsHash
      return isForUpload ? succeeded({ contentType: named, hash8: null }) : start
    }
    const head = new File([start.value], name)
    const contentType = named || (await sniffedType(head))
    const encoding = isText || contentType === '' ? await encodingOf(head) : null
    const facts = { contentType, ...(encoding === null ? {} : { encoding }) }
    if (!needed.needsHash) return succeeded({ ...facts, hash8: null })
    const hash8 = await hash8OfRanges(byteLength, read)
    return hash8.ok ? succeeded({ ...facts, hash8: hash8.value }) : hash8
  })
}

/** The type that the browser derives from the name. */
function browserTypeOf(file: File): string {
  return file.type.slice(0, MAX_TYPE_LENGTH)
}

/** Null when the file cannot be read: the next reader reports why. */
async function encodingOf(file: Blob): Promise<TextEncoding | null> {
  try {
    // A few bytes are enough to recognise most files that are not text.
    const first = await encodingOfFirst(file, SNIFFED_BYTES)
    const isAllSeen = first !== 'utf-8' || file.size <= SNIFFED_BYTES
    return isAllSeen ? first : await encodingOfFirst(file, TEXT_PROBE_BYTES)
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    return null
  }
}

async function encodingOfFirst(file: Blob, byteLength: number): Promise<TextEncoding> {
  const start = new Uint8Array(await file.slice(0, byteLength).arrayBuffer())
  return textEncodingOf(start, byteLength >= file.size)
}

/** Enough to recognise most formats. */
const SNIFFED_BYTES = 4100

/**
 * Many formats are stored in one of these containers, so a file name's extension is more specific.
 */
const CONTAINERS: ReadonlySet<string> = new Set([
  'application/gzip',
  'application/x-cfb',
  'application/xml',
  'application/zip',
])

/**
 * The type that a file's first bytes reveal, for a file whose name implies none; empty: they reveal
 * none either. The list of formats is loaded for the first file that needs it.
 */
async function sniffedType(file: File): Promise<string> {
  const type = await typeByBytes(file)
  return CONTAINERS.has(type) && /[^.]\.[^.]+$/.test(file.name) ? '' : type
}

async function typeByBytes(file: Blob): Promise<string> {
  try {
    const { fileTypeFromBuffer } = await import('file-type')
    const start = await file.slice(0, SNIFFED_BYTES).arrayBuffer()
    return (await fileTypeFromBuffer(new Uint8Array(start)))?.mime ?? ''
  } catch {
    // A failed guess is no reason to refuse the file: the next reader reports what is wrong with
    // it.
    return ''
  }
}

/**
 * Eight hex digits that distinguish a file from others, for the destination's key template. Rejects
 * with a `DOMException` when the file cannot be read.
 */
export async function hash8Of(file: Blob): Promise<string> {
  const { head, ranges } = hash8Input(file.size)
  return hexDigits([head, ...ranges.map(({ start, end }) => file.slice(start, end))])
}

/** `hash8Of` for a file that is read in ranges; fails as `read` does. */
async function hash8OfRanges(
  byteLength: number,
  read: (range: ByteRange) => Promise<Outcome<Blob>>,
): Promise<Outcome<string>> {
  const { head, ranges } = hash8Input(byteLength)
  const pieces: Blob[] = []
  for (const range of ranges) {
    const piece = await read(range)
    if (!piece.ok) return piece
    pieces.push(piece.value)
  }
  return succeeded(await hexDigits([head, ...pieces]))
}

async function hexDigits(parts: BlobPart[]): Promise<string> {
  const bytes = await new Blob(parts).arrayBuffer()
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...digest.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
