import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type Answer, plain, refusal } from './stub-store.ts'

const XML = { 'content-type': 'application/xml' }

/** The checksums of "123456789": the catalogue's check values. */
const RIGHT: Readonly<Record<string, string>> = {
  'x-amz-checksum-crc64nvme': Buffer.from('ae8b14860a799888', 'hex').toString('base64'),
  'x-amz-checksum-crc32c': Buffer.from('e3069283', 'hex').toString('base64'),
  'x-amz-checksum-sha256': createHash('sha256').update('123456789').digest('base64'),
  'content-md5': createHash('md5').update('123456789').digest('base64'),
}

/** A store that verifies the chosen checksums, and keeps uploads until they are aborted. */
export class ChecksumStore {
  /** Answers that replace the normal ones, by S3 operation. */
  readonly manners: Record<string, Answer> = {}
  /** Checksum headers that it compares with the body. */
  checks: readonly string[] = []
  /** The answer to a wrong checksum. */
  refusal: Answer = refusal(400, 'BadDigest')
  readonly unfinished = new Map<string, string>()
  readonly asked: string[] = []
  /** Every key that was ever written to. */
  readonly keys = new Set<string>()
  /** Runs before an operation is answered. */
  before: (operation: string) => void = () => undefined

  readonly answer: Answer = (request, response) => {
    const { operation, key, uploadId } = named(request)
    this.asked.push(operation)
    this.before(operation)
    const answer = this.manners[operation] ?? this.#answerTo(operation, key, uploadId, request)
    answer(request, response)
  }

  begin(key: string): string {
    const uploadId = randomUUID()
    this.unfinished.set(uploadId, key)
    return uploadId
  }

  count(operation: string): number {
    return this.asked.filter((each) => each === operation).length
  }

  #answerTo(operation: string, key: string, uploadId: string, request: IncomingMessage): Answer {
    switch (operation) {
      case 'create':
        this.keys.add(key)
        return plain(200, `<R><UploadId>${this.begin(key)}</UploadId></R>`, XML)
      case 'part':
        return this.#part(uploadId, request)
      case 'abort':
        return this.unfinished.delete(uploadId) ? plain(204, '') : refusal(404, 'NoSuchUpload')
      case 'list-parts':
        return this.unfinished.has(uploadId)
          ? plain(200, '<ListPartsResult></ListPartsResult>', XML)
          : refusal(404, 'NoSuchUpload')
      case 'list-uploads':
        return plain(200, `<R>${[...this.unfinished].map(uploadElement).join('')}</R>`, XML)
      default:
        return refusal(500, 'InternalError', `Unexpected ${operation}`)
    }
  }

  #part(uploadId: string, request: IncomingMessage): Answer {
    if (!this.unfinished.has(uploadId)) return refusal(404, 'NoSuchUpload')
    const isWrong = this.checks.some((header) => {
      const sent = request.headers[header]
      return sent !== undefined && sent !== RIGHT[header]
    })
    return isWrong ? this.refusal : plain(200, '', { etag: '"part"' })
  }
}

function uploadElement([uploadId, key]: readonly [string, string]): string {
  return `<Upload><Key>${key}</Key><UploadId>${uploadId}</UploadId></Upload>`
}

function named(request: IncomingMessage) {
  const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://any')
  const key = decodeURIComponent(pathname.split('/').slice(2).join('/'))
  return {
    operation: operationOf(request.method, query),
    key,
    uploadId: query.get('uploadId') ?? '',
  }
}

function operationOf(method: string | undefined, query: URLSearchParams): string {
  if (method === 'POST') return query.has('uploads') ? 'create' : 'complete'
  if (method === 'PUT') return query.has('partNumber') ? 'part' : 'put'
  if (method === 'DELETE') return query.has('uploadId') ? 'abort' : 'delete'
  if (query.has('uploadId')) return 'list-parts'
  return query.has('uploads') ? 'list-uploads' : 'get'
}
