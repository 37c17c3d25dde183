import { S3Client } from '@aws-sdk/client-s3'
import type { StoreHttp } from '../../electron/core/s3/http/network-ports.ts'

export interface StoreRequest {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string | null>>
}

export interface Handler {
  handle(request: StoreRequest, options: unknown): Promise<unknown>
  destroy?(): void
}

type Fault = (request: StoreRequest, send: () => Promise<unknown>) => Promise<unknown>

/** The SDK's real HTTP with faults that a test scripts; records the requests. */
export class FaultyHttp {
  readonly asked: string[] = []
  readonly #faults: { readonly operation: string; readonly fault: Fault }[] = []

  /** The next request of this operation gets the fault; later ones do not. */
  next(operation: string, fault: Fault): this {
    this.#faults.push({ operation, fault })
    return this
  }

  readonly storeHttp: StoreHttp = ({ connectMs, idleMs }) => {
    const real = realHandler(connectMs, idleMs)
    return {
      metadata: { handlerProtocol: 'http/1.1' },
      handle: (request: StoreRequest, options: unknown) => {
        const operation = operationOf(request)
        this.asked.push(operation)
        const at = this.#faults.findIndex((each) => each.operation === operation)
        const send = () => real.handle(request, options)
        if (at === -1) return send()
        const [scripted] = this.#faults.splice(at, 1)
        return scripted?.fault(request, send)
      },
      destroy: () => real.destroy?.(),
      updateHttpClientConfig: () => undefined,
      httpHandlerConfigs: () => ({}),
    }
  }
}

/** The request reaches the store, but its answer is lost. */
export const loseAnswer: Fault = async (_request, send) => {
  await send()
  throw cut()
}

/** The request does not reach the store. */
export const loseRequest: Fault = async () => {
  throw cut()
}

/** Does something at the store before the request is sent. */
export const after =
  (event: () => Promise<unknown>): Fault =>
  async (_request, send) => {
    await event()
    return send()
  }

/** S3's names of the operations that Ferry uses. */
function operationOf({ method, query }: StoreRequest): string {
  if (method === 'POST') return 'uploads' in query ? 'create' : 'complete'
  if (method === 'DELETE') return 'uploadId' in query ? 'abort' : 'delete'
  if (method === 'HEAD') return 'head'
  if (method === 'PUT') return 'put'
  if ('uploadId' in query) return 'list-parts'
  return 'uploads' in query ? 'list-uploads' : 'get'
}

function cut(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
}

/** Taken from a client, so that tests import no package that is not Ferry's own dependency. */
export function realHandler(connectionTimeout: number, socketTimeout: number): Handler {
  const client = new S3Client({
    region: 'any',
    requestHandler: { connectionTimeout, socketTimeout },
  })
  return client.config.requestHandler as unknown as Handler
}
