import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { TEXT_PROBE_BYTES, type TextEncoding, textEncodingOf } from '../../contract/content-type.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import type { ByteRange } from '../../contract/part-plan.ts'
import { hash8Input } from '../../contract/rules/key-template.ts'
import { asPlainFile, READ_NON_BLOCKING } from '../../files/plain-file.ts'
import { readFailure } from './source-failure.ts'

interface FileContents {
  readonly hash8: string | null
  readonly encoding: TextEncoding | null
}

/**
 * The facts that the page would find out about a file's bytes before it is queued, for a file that
 * only the host can still read. Fails with `source-missing`, `source-unreadable` or
 * `source-in-cloud`.
 */
export async function inspectFile(
  path: string,
  byteLength: number,
  asked: { readonly needsHash: boolean; readonly isText: boolean },
  platform: NodeJS.Platform = process.platform,
): Promise<Outcome<FileContents>> {
  if (!asked.needsHash && !asked.isText) return succeeded({ hash8: null, encoding: null })
  try {
    await using file = await asPlainFile(() => open(path, READ_NON_BLOCKING))
    return succeeded({
      hash8: asked.needsHash ? await hash8At(file, byteLength) : null,
      encoding: asked.isText ? await encodingAt(file, byteLength) : null,
    })
  } catch (error) {
    const failure = await readFailure(error, path, platform)
    // Only the upload waits for the bytes.
    const isForUpload = failure.kind === 'source-in-cloud' && !asked.needsHash
    return isForUpload ? succeeded({ hash8: null, encoding: null }) : failed(failure)
  }
}

async function encodingAt(file: FileHandle, byteLength: number): Promise<TextEncoding> {
  const end = Math.min(byteLength, TEXT_PROBE_BYTES)
  return textEncodingOf(await bytesOf(file, { start: 0, end }), end === byteLength)
}

async function hash8At(file: FileHandle, byteLength: number): Promise<string> {
  const { head, ranges } = hash8Input(byteLength)
  const hash = createHash('sha256').update(head)
  for (const range of ranges) hash.update(await bytesOf(file, range))
  return hash.digest('hex').slice(0, 8)
}

/**
 * Returns fewer bytes if the file is shorter than before; the next read reports that it has
 * changed.
 */
async function bytesOf(file: FileHandle, { start, end }: ByteRange): Promise<Uint8Array> {
  const bytes = Buffer.alloc(end - start)
  let length = 0
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, start + length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return bytes.subarray(0, length)
}
