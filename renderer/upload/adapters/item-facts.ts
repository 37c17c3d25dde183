import type { FileFacts, Source } from '../../../electron/contract/commands/uploads.ts'
import {
  isTextType,
  TEXT_PROBE_BYTES,
  type TextEncoding,
  textEncodingOf,
} from '../../../electron/contract/content-type.ts'
import { failed, type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import type { ByteRange } from '../../../electron/contract/part-plan.ts'
import { Semaphore } from '../../../electron/lib/semaphore.ts'
import { checkGivenFile, hasEntry } from './given-file.ts'
import { hash8Of, hash8OfRanges } from './hash8.ts'
import { readRange } from './range-source.ts'
import { SNIFFED_BYTES, sniffedType } from './sniffed-type.ts'

/** What the destination's rules ask about a file. */
export interface FactsNeeded {
  /** The destination's keys are made of the files' bytes, too. */
  readonly needsHash: boolean
  /** The type that a rule gives to files of this name; null: none does. */
  readonly ruledType: string | null
}

/** A file that was given to the host by its path, which the page reads by its ticket. */
export interface HostFile {
  readonly source: Source
  /** As its name tells. */
  readonly contentType: string
}

/** Few, so that a drop of thousands leaves the disk to the uploads that run. */
const MAX_CONCURRENT_READS = 4
const MAX_TYPE_LENGTH = 255

const readSemaphore = new Semaphore(MAX_CONCURRENT_READS)

/** What the host needs to know of a file's bytes. Fails as a `FileSource` does. */
export async function factsOf(file: File, asked: FactsNeeded): Promise<Outcome<FileFacts>> {
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
export async function factsOfHostFile(
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
export function browserTypeOf(file: File): string {
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
