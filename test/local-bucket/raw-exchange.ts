import { connect, type Socket } from 'node:net'
import type { Store } from './conformance/store.ts'

export interface RawAnswer {
  readonly status: number
  readonly head: string
  readonly body: string
  /** S3's error code; empty when the answer has none. */
  readonly code: string
}

export interface RawRequest {
  readonly method: string
  /** Sent unchanged. */
  readonly target: string
  /** Null omits `Host`. */
  readonly host?: string | null
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string
}

/** Sends bytes that no HTTP client would send, and reads the answer until the server closes. */
export async function exchange(store: Store, request: RawRequest): Promise<RawAnswer> {
  const socket = await connected(store)
  socket.write(headOf(store, request))
  if (request.body !== undefined) socket.write(request.body)
  return answerOf(socket)
}

export async function connected(store: Store): Promise<Socket> {
  const { hostname, port } = new URL(store.endpoint)
  const socket = connect(Number(port), hostname)
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return socket
}

export function headOf(store: Store, request: RawRequest): string {
  const { host = new URL(store.endpoint).host } = request
  const length = request.body === undefined ? {} : { 'content-length': lengthOf(request.body) }
  const headers = { ...length, connection: 'close', ...request.headers }
  const lines = Object.entries(headers)
    .filter(([name]) => name !== 'host')
    .map(([name, value]) => `${name}: ${value}`)
  const hostLine = host === null ? [] : [`Host: ${host}`]
  const start = `${request.method} ${request.target} HTTP/1.1`
  return [start, ...hostLine, ...lines, '', ''].join('\r\n')
}

export async function answerOf(socket: Socket): Promise<RawAnswer> {
  const pieces: Buffer[] = []
  for await (const piece of socket) pieces.push(piece as Buffer)
  const text = Buffer.concat(pieces).toString('latin1')
  // An interim answer (100 Continue) precedes the final one.
  const final = text.replace(/^HTTP\/1\.1 100 [^\r\n]*\r\n\r\n/, '')
  const split = final.indexOf('\r\n\r\n')
  const head = final.slice(0, split)
  const body = final.slice(split + 4)
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
    head,
    body,
    code: /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ?? '',
  }
}

function lengthOf(body: Buffer | string): string {
  return String(Buffer.byteLength(body))
}
