import type { IncomingMessage } from 'node:http'

/** S3's names of the operations that Ferry uses; `Bucket` is any operation on the bucket itself. */
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
  /** The arrival time, from `performance.now()`. */
  readonly atMs: number
  readonly operation: Operation
  /** Recognised by the `Origin` header that browsers send. */
  readonly from: 'page' | 'host'
  readonly method: string
  readonly host: string
  /** Without the query, which contains a presigned URL's signature. */
  readonly path: string
  /** Null unless it is an UploadPart. */
  readonly partNumber: number | null
  /** As announced by Content-Length. */
  readonly contentLength: number
  /** The bytes of the body received so far. */
  bodyBytes: number
  /**
   * The store's status, whether or not it was passed on; null until then, and if the store got no
   * request.
   */
  status: number | null
  /** Whether a complete answer was sent to the client. */
  isAnswered: boolean
  /** The injected fault, once decided; null: none. */
  fault: string | null
}

/** Parses path-style addresses: the first segment is the bucket. */
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
