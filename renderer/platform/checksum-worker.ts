// Runs in its own worker, so that the page's main thread never touches a file's bytes.
import { createCRC32, createCRC64, createMD5, createSHA256, type IHasher } from 'hash-wasm'
import type { ChecksumAlgorithm } from '../../electron/contract/checksum.ts'
import { failed, type Outcome, succeeded } from '../../electron/contract/outcome.ts'
import { unreachable } from '../../electron/lib/unreachable.ts'
import { BlobReader } from './blob-reader.ts'
import type { FromChecksumWorker, ToChecksumWorker } from './checksum-worker-client.ts'

const PROGRESS_INTERVAL_MS = 1000

/** Created once, because each is compiled, and reused for every job. */
const hashers = new Map<ChecksumAlgorithm, Promise<IHasher>>()
const pieces = new BlobReader()
let currentJobId: number | null = null

addEventListener('message', ({ data }: MessageEvent<ToChecksumWorker>) => {
  if (data.type === 'stop') currentJobId = null
  else void answer(data)
})
post({ type: 'started' })

async function answer({ jobId, body, algorithms }: ToChecksumWorker & { type: 'compute' }) {
  currentJobId = jobId
  const computed = await checksumsOf(body, algorithms, jobId).catch(() => bug(algorithms))
  if (currentJobId !== jobId) return
  if (computed.ok) post({ type: 'computed', jobId, checksums: computed.value })
  else post({ type: 'failed', jobId, failure: computed.failure })
}

async function checksumsOf(
  body: Blob,
  algorithms: readonly ChecksumAlgorithm[],
  jobId: number,
): Promise<Outcome<readonly string[]>> {
  const used = await Promise.all(algorithms.map(hasherFor))
  if (currentJobId !== jobId) return succeeded([])
  for (const hasher of used) hasher.init()
  let postedAtMs = performance.now()
  const read = await pieces.read(body, (piece) => {
    // A stopped job must not touch the hasher, which may already serve the next job.
    if (currentJobId !== jobId) return false
    for (const hasher of used) hasher.update(piece)
    if (performance.now() - postedAtMs >= PROGRESS_INTERVAL_MS) {
      postedAtMs = performance.now()
      post({ type: 'reading', jobId })
    }
    return true
  })
  if (!read.ok) return read
  if (currentJobId !== jobId) return succeeded([])
  return succeeded(used.map((hasher) => base64(hasher.digest('binary'))))
}

/** Reading fails in known ways; anything else is our own bug. */
function bug(algorithms: readonly ChecksumAlgorithm[]): Outcome<never> {
  return failed({ kind: 'internal', reference: `checksum: ${algorithms.join()}` })
}

function hasherFor(algorithm: ChecksumAlgorithm): Promise<IHasher> {
  const making = hashers.get(algorithm) ?? makeHasher(algorithm)
  hashers.set(algorithm, making)
  return making
}

/** The polynomials of CRC-64/NVME and CRC-32C with reflected bits, as hash-wasm expects them. */
function makeHasher(algorithm: ChecksumAlgorithm): Promise<IHasher> {
  switch (algorithm) {
    case 'crc64nvme':
      return createCRC64('9a6c9329ac4bc9b5')
    case 'crc32c':
      return createCRC32(0x82f63b78)
    case 'sha256':
      return createSHA256()
    case 'md5':
      return createMD5()
    default:
      return unreachable(algorithm)
  }
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

function post(message: FromChecksumWorker): void {
  postMessage(message)
}
