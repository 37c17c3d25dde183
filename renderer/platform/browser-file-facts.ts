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

/** Few, so that a drop of thousands leaves the disk to the uploads that run. */
const MAX_CONCURRENT_READS = 4
const MAX_TYPE_LENGTH = 255

export const browserFileFacts: FileFactsReader<File> = {
  nameOf: ({ name }) => name,
  typeOf: browserTypeOf,
  factsOf,
  factsOfHostFile,
}

const readSemaphore = new Semaphore(MAX_CONCURRENT_READS)

/** What the host needs to know of a file's bytes. Fails as a `FileSource` does. */
async function factsOf(file: File, asked: FactsNeeded): Promise<Outcome<FileFacts>> {
  const named = browserTypeOf(file)
  const isText = isTextType(asked.ruledType ?? named)
  if (named !== '' && !isText && !asked.needsHash && hasEntry(file)) {
    return succeeded({ contentType: named, hash8: null })
  }
  return readSemaphore.run(async () => {
    // Its upload may wait for hours; only a file that was read once is known to have changed then.
    if (!hasEntry(file)) await checkGivenFile(file)
    const contentType = named || (await sniffedType(file))
    // Where nothing tells the type, the host may know from the name that it is a text.
    const encoding = isText || contentType === '' ? await encodingOf(file) : null
    const facts = { contentType, ...(encoding === null ? {} : { encoding }) }
    try {
      return succeeded({ ...facts, hash8: asked.needsHash ? await hash8Of(file) : null })
    } catch (error) {
      if (!(error instanceof DOMException)) throw error
      return failed((await checkGivenFile(file)) ?? { kind: 'source-unreadable' })
    }
  })
}

/** The same of a file that the host has: no more of it is fetched than the rules ask for. */
async function factsOfHostFile(
  { source: { sourceId, name, byteLength }, contentType: named }: HostFile,
  asked: FactsNeeded,
): Promise<Outcome<FileFacts>> {
  const isText = isTextType(asked.ruledType ?? named)
  if (named !== '' && !isText && !asked.needsHash) {
    return succeeded({ contentType: named, hash8: null })
  }
  return readSemaphore.run(async () => {
    const { signal } = new AbortController()
    const read = (range: ByteRange) => readRange(sourceId, range, signal)
    // One byte more tells a start from a whole file.
    const start = await read({ start: 0, end: Math.min(byteLength, TEXT_PROBE_BYTES + 1) })
    if (!start.ok) {
      // It is taken all the same: its upload waits for the bytes.
      const isForUpload = start.failure.kind === 'source-in-cloud' && !asked.needsHash
      return isForUpload ? succeeded({ contentType: named, hash8: null }) : start
    }
    const head = new File([start.value], name)
    const contentType = named || (await sniffedType(head))
    const encoding = isText || contentType === '' ? await encodingOf(head) : null
    const facts = { contentType, ...(encoding === null ? {} : { encoding }) }
    if (!asked.needsHash) return succeeded({ ...facts, hash8: null })
    const hash8 = await hash8OfRanges(byteLength, read)
    return hash8.ok ? succeeded({ ...facts, hash8: hash8.value }) : hash8
  })
}

/** As the browser knows it from the name. */
function browserTypeOf(file: File): string {
  return file.type.slice(0, MAX_TYPE_LENGTH)
}

/** Null when it cannot be read: whoever reads the file next says what is wrong with it. */
async function encodingOf(file: Blob): Promise<TextEncoding | null> {
  try {
    // Few bytes tell most files that are no text.
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

/** As much as most formats show themselves by. */
const SNIFFED_BYTES = 4100

/** So many formats are one of these inside that the name, where it has an extension, says more. */
const CONTAINERS: ReadonlySet<string> = new Set([
  'application/gzip',
  'application/x-cfb',
  'application/xml',
  'application/zip',
])

/**
 * The type that a file's first bytes tell, for one whose name told the browser none; empty: they
 * tell none either. The formats are loaded with the first file that needs them.
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
    // A guess is worth no refusal: whoever reads the file next says what is wrong with it.
    return ''
  }
}

/**
 * Eight hex digits that tell a file from others, for the destination's key template. Rejects with a
 * `DOMException` when the file cannot be read.
 */
export async function hash8Of(file: Blob): Promise<string> {
  const { head, ranges } = hash8Input(file.size)
  return hexDigits([head, ...ranges.map(({ start, end }) => file.slice(start, end))])
}

/** The same of a file that is read in ranges; fails as `read` does. */
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
