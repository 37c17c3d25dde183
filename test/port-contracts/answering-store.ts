import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StoreAnswer } from './part-transport-contract.ts'

interface ReceivedPut {
  readonly answer: string
  readonly headers: IncomingHttpHeaders
  readonly byteLength: number
  readonly sha256: string
}

export interface AnsweringStore {
  readonly origin: string
  readonly received: readonly ReceivedPut[]
  /** Sets the target to which PUTs to `elsewhere` are redirected. */
  readonly redirectTo: (origin: string) => void
  /** Resolves when a PUT whose answer is `never` has sent all of its bytes. */
  readonly hasSwallowed: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Answers that are tested only with the page's own transport. */
export type PageOnlyAnswer =
  | 'created'
  | 'accepted'
  | 'no-bucket'
  | 'no-key'
  | 'no-upload-told-by-nothing'
  | 'quota'
  | 'full'
  | 'page-404'
  | 'page-413'
  | 'other-signature'

const ERRORS: Partial<
  Record<
    StoreAnswer | PageOnlyAnswer,
    readonly [status: number, code: string, message: string, body?: string]
  >
> = {
  'no-bucket': [404, 'NoSuchBucket', 'The specified bucket does not exist'],
  'no-key': [404, 'NoSuchKey', ''],
  'no-upload-told-by-nothing': [404, '', ''],
  quota: [403, 'QuotaExceeded', ''],
  full: [507, 'XMinioStorageFull', 'Storage backend has reached its minimum free drive threshold.'],
  'page-404': [404, '', '', '<html><title>404 Not Found</title></html>'],
  'page-413': [413, '', '', '<html><title>413 Request Entity Too Large</title></html>'],
  'other-signature': [403, 'SignatureDoesNotMatch', 'The signature does not match.'],
  'slow-down': [503, 'SlowDown', 'Please reduce your request rate.'],
  'too-many-requests': [429, '', ''],
  'server-error': [500, 'InternalError', 'We encountered an internal error.'],
  expired: [403, 'AccessDenied', 'Request has expired'],
  skewed: [403, 'RequestTimeTooSkewed', 'The difference is too large.'],
  'upload-gone': [404, 'NoSuchUpload', 'The upload does not exist.'],
  denied: [403, 'AccessDenied', 'Access Denied'],
  'bad-digest': [400, 'BadDigest', 'The Content-MD5 did not match.'],
}

const TAKEN: Readonly<Record<string, number>> = { stored: 200, created: 201, accepted: 202 }

/** A store over real HTTP; the first segment of the path selects the answer to a PUT. */
export async function startAnsweringStore(): Promise<AnsweringStore> {
  const received: ReceivedPut[] = []
  const swallowed = Promise.withResolvers<void>()
  let elsewhere = ''
  const server = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*')
    response.setHeader('Access-Control-Allow-Methods', 'PUT')
    response.setHeader('Access-Control-Allow-Headers', '*')
    response.setHeader('Access-Control-Expose-Headers', 'ETag, Retry-After')
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end()
      return
    }
    const answer = (request.url ?? '/').split(/[/?]/)[1] ?? ''
    if (answer === 'elsewhere') {
      request.resume()
      response.writeHead(307, { Location: `${elsewhere}/stored/object` }).end()
      return
    }
    void take(request, response, answer).then((put) => {
      if (put === null) return
      received.push(put)
      if (answer === 'never') swallowed.resolve()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    received,
    redirectTo: (origin) => {
      elsewhere = origin
    },
    hasSwallowed: () => swallowed.promise,
    async close() {
      if (!server.listening) return
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Null: the sender or this store aborted the request. */
async function take(
  request: IncomingMessage,
  response: ServerResponse,
  answer: string,
): Promise<ReceivedPut | null> {
  const hash = createHash('sha256')
  let byteLength = 0
  try {
    for await (const chunk of request) {
      if (answer === 'cut') {
        request.socket.destroy()
        return null
      }
      hash.update(chunk)
      byteLength += chunk.length
    }
  } catch {
    return null
  }
  reply(response, answer)
  return { answer, headers: request.headers, byteLength, sha256: hash.digest('hex') }
}

function reply(response: ServerResponse, answer: string): void {
  if (answer === 'never') return
  const error = ERRORS[answer as StoreAnswer | PageOnlyAnswer]
  if (error === undefined) {
    const status = TAKEN[answer]
    if (status !== undefined) response.setHeader('ETag', '"d41d8cd98f00b204e9800998ecf8427e"')
    response.writeHead(status ?? 200).end()
    return
  }
  const [status, code, message, page] = error
  if (answer === 'slow-down') response.setHeader('Retry-After', '7')
  response.writeHead(status, {
    'Content-Type': page === undefined ? 'application/xml' : 'text/html',
    'x-amz-request-id': 'hidden by CORS',
  })
  const ids = '<RequestId>tx01</RequestId>'
  const document = `<Error><Code>${code}</Code><Message>${message}</Message>${ids}</Error>`
  response.end(page ?? (code === '' ? '' : document))
}
