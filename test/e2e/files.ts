import { createHash, randomFillSync } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'

const MIB = 1024 * 1024

/** Random bytes, so that no part equals another. Returns the SHA-256 in hex. */
export async function writeRandomFile(path: string, byteLength: number): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'w')
  const block = Buffer.alloc(Math.min(byteLength, 4 * MIB))
  for (let at = 0; at < byteLength; at += block.byteLength) {
    const piece = randomFillSync(block.subarray(0, Math.min(block.byteLength, byteLength - at)))
    hash.update(piece)
    await file.write(piece)
  }
  await file.close()
  return hash.digest('hex')
}

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

export interface Download {
  readonly status: number
  readonly sha256: string
  readonly byteLength: number
  readonly contentType: string | null
  readonly disposition: string | null
}

/** Downloads the link as a recipient would: without a cookie, a session or Ferry. */
export async function download(url: string): Promise<Download> {
  const response = await fetch(url)
  const hash = createHash('sha256')
  let byteLength = 0
  for await (const chunk of response.body ?? []) {
    hash.update(chunk)
    byteLength += chunk.byteLength
  }
  return {
    status: response.status,
    sha256: hash.digest('hex'),
    byteLength,
    contentType: response.headers.get('content-type'),
    disposition: response.headers.get('content-disposition'),
  }
}
