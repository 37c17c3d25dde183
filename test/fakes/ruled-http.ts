import { Readable } from 'node:stream'
import type { StoreHttp } from '../../electron/core/s3/http/network-ports.ts'
import { realHandler, type StoreRequest } from './faulty-http.ts'

export interface RuledRequest extends StoreRequest {
  readonly headers: Readonly<Record<string, string>>
}

/** An answer in place of the store's own. */
export interface Said {
  readonly status: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The store's own answer; its body can be read once. */
interface Heard {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
}

/** `send` sends the real request. Null: the store's answer is used. */
export type HttpRule = (
  request: RuledRequest,
  send: () => Promise<Heard>,
) => Said | null | Promise<Said | null>

/** The SDK's real HTTP to a real store, with a rule that may replace answers. */
export function ruledHttp(rule: HttpRule): StoreHttp {
  return ({ connectMs, idleMs }) => {
    const real = realHandler(connectMs, idleMs)
    return {
      metadata: { handlerProtocol: 'http/1.1' },
      handle: async (request: RuledRequest, options: unknown) => {
        let sent: Promise<unknown> | null = null
        const send = () => {
          sent ??= real.handle(request, options)
          return sent
        }
        const heard = async () => ((await send()) as { response: Heard }).response
        const said = await rule(request, heard)
        return said === null ? send() : { response: responseOf(said) }
      },
      destroy: () => real.destroy?.(),
      updateHttpClientConfig: () => undefined,
      httpHandlerConfigs: () => ({}),
    }
  }
}

function responseOf({ status, body = '', headers = {} }: Said) {
  const date = new Date().toUTCString()
  return {
    statusCode: status,
    headers: { date, ...headers },
    body: Readable.from([Buffer.from(body)]),
  }
}

/** An S3 error response. */
export function no(status: number, code: string, more = ''): Said {
  const body = `<Error><Code>${code}</Code><Message>No.</Message>${more}</Error>`
  return { status, body, headers: { 'content-type': 'application/xml' } }
}

export function isSigned({ headers, query }: RuledRequest): boolean {
  const names = [...Object.keys(headers), ...Object.keys(query)].map((name) => name.toLowerCase())
  return names.includes('authorization') || names.includes('x-amz-signature')
}

/**
 * `PUT`, `GET ?lifecycle`: the method, and S3's own query parameters, with `uploadId` first,
 * whatever the order in the URL.
 */
export function lineOfRequest({ method, query }: RuledRequest): string {
  const names = Object.keys(query).filter((name) => !/^x-|^response-|^prefix$|^max-/i.test(name))
  return [
    method,
    ...names
      .toSorted()
      .reverse()
      .map((name) => `?${name}`),
  ].join(' ')
}
