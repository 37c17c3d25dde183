import type { IncomingHttpHeaders } from 'node:http'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** AWS's REST-JSON protocol: an error's name is in a header. */
export function json(status: number, body: object, errorName = ''): Answered {
  return {
    status,
    headers: {
      'content-type': 'application/json',
      ...(errorName === '' ? {} : { 'x-amzn-errortype': errorName }),
    },
    body: JSON.stringify(body),
  }
}

/** AWS's Query protocol. */
export function xml(status: number, body: string): Answered {
  return { status, headers: { 'content-type': 'text/xml' }, body }
}
