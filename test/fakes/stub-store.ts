import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DestinationId } from '../../electron/contract/ids.ts'
import { DEFAULT_RULES } from '../../electron/contract/rules/upload-rules.ts'
import { openStore, type Store } from '../../electron/core/destinations/open-store.ts'
import { NOTHING_UNREAD } from '../../electron/core/destinations/stored-destination.ts'
import { fixedKeys } from '../../electron/core/s3/access-keys.ts'
import type { HttpTimeouts } from '../../electron/core/s3/http/bounded-http.ts'
import type { StoreHttp } from '../../electron/core/s3/http/network-ports.ts'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server on 127.0.0.1 with answers from the test. */
export class StubStore {
  readonly requests: string[] = []
  #answer: Answer
  readonly #server: Server

  private constructor(answer: Answer) {
    this.#answer = answer
    this.#server = createServer((request, response) => {
      this.requests.push(`${request.method} ${request.url?.replace(/\?.*/, '')}`)
      request.resume()
      this.#answer(request, response)
    })
  }

  static async start(answer: Answer): Promise<StubStore> {
    const stub = new StubStore(answer)
    await new Promise<void>((resolve) => stub.#server.listen(0, '127.0.0.1', resolve))
    return stub
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get host(): string {
    return new URL(this.endpoint).host
  }

  answerWith(answer: Answer): void {
    this.#answer = answer
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** An S3 error response. */
export function refusal(
  status: number,
  code: string,
  message = 'No.',
  headers: Record<string, string> = {},
  more = '',
): Answer {
  const body =
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`
  return plain(status, body, { 'content-type': 'application/xml', ...headers })
}

export function plain(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return (request, response) => {
    response.writeHead(status, headers)
    response.end(request.method === 'HEAD' ? undefined : body)
  }
}

/** The core's own client for a store whose answers come from a test. Destroy its client. */
export function openStubStore(
  endpoint: string,
  patience: HttpTimeouts = { connectMs: 5000, idleMs: 15_000 },
  storeHttp?: StoreHttp,
): Store {
  return openStore(
    {
      destinationId: 'any' as DestinationId,
      kind: 's3',
      name: 'any',
      provider: 'other',
      endpoint,
      region: 'eu-1',
      bucket: 'photos',
      prefix: '',
      pathStyle: true,
      credentials: { kind: 'keys', accessKeyId: 'AKIA' },
      color: 'blue',
      rules: DEFAULT_RULES,
      findings: null,
      secretPlace: 'memory',
      keptSecret: null,
      integrity: null,
      probeKey: null,
      linkSeconds: 60,
      maxPartCount: 1000,
      aside: NOTHING_UNREAD,
    },
    fixedKeys('AKIA', { secretAccessKey: 'secret', sessionToken: '' }),
    { now: () => Date.now(), ...(storeHttp === undefined ? {} : { storeHttp }) },
    patience,
  )
}
