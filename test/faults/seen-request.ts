import type { IncomingMessage } from 'node:http'

/** S3's names, as far as Ferry asks for them; `Bucket` is everything about the bucket itself. */
export type Operation =
  | 'Preflight'
  | 'PutObject'
  | 'UploadPart'
  | 'CreateMultipartUpload'
  | 'ListParts'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'HeadObject'
  | 'GetObject'
  | 'DeleteObject'
  | 'Bucket'

export interface SeenRequest {
  /** When it came, by `performance.now()`. */
  readonly atMs: number
  readonly operation: Operation
  /** Browsers name the page's origin. */
  readonly from: 'page' | 'host'
  readonly method: string
  readonly host: string
  /** Without the query: it is a presigned URL's secret. */
  readonly path: string
  /** Of an UploadPart, else null. */
  readonly partNumber: number | null
  /** As announced. */
  readonly contentLength: number
  /** Of the body, so far. */
  bodyBytes: number
  /** What the store answered, whatever became of it; null until then, and when it saw nothing. */
  status: number | null
  /** Whether a whole answer went out to whoever asked. */
  isAnswered: boolean
  /** What was done to it, once that is decided; null: nothing. */
  fault: string | null
}

/** Reads path-style addresses: the first segment is the bucket. */
export function seenRequestOf(request: IncomingMessage, target: URL): SeenRequest {
  const partNumber = target.searchParams.get('partNumber')
  const method = request.method ?? ''
  return {
    atMs: performance.now(),
    operation: operationOf(method, target),
    from: request.headers.origin === undefined ? 'host' : 'page',
    method,
    host: target.host,
    path: target.pathname,
    partNumber: partNumber === null ? null : Number(partNumber),
    contentLength: Number(request.headers['content-length'] ?? 0),
    bodyBytes: 0,
    status: null,
    isAnswered: false,
    fault: null,
  }
}

function operationOf(method: string, { pathname, searchParams }: URL): Operation {
  if (method === 'OPTIONS') return 'Preflight'
  if (!/^\/[^/]+\/./.test(pathname)) return 'Bucket'
  if (searchParams.has('uploadId')) return OF_UPLOAD[method] ?? 'Bucket'
  if (searchParams.has('uploads')) return 'CreateMultipartUpload'
  return OF_OBJECT[method] ?? 'Bucket'
}

const OF_UPLOAD: Readonly<Record<string, Operation>> = {
  PUT: 'UploadPart',
  GET: 'ListParts',
  POST: 'CompleteMultipartUpload',
  DELETE: 'AbortMultipartUpload',
}

const OF_OBJECT: Readonly<Record<string, Operation>> = {
  PUT: 'PutObject',
  GET: 'GetObject',
  HEAD: 'HeadObject',
  DELETE: 'DeleteObject',
}
