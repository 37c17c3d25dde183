import { once } from 'node:events'
import { createServer, request as forward, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** An organisation's proxy: it forwards, tunnels, and asks for a password if it has one. */
export class ForwardProxy {
  /** The request lines (`GET http://…` and `CONNECT host:port`) as received, and their status. */
  readonly seen: { readonly line: string; readonly status: number }[] = []
  /** `name:password`; null: it asks for none. */
  login: string | null = null
  /** The status with which it refuses tunnels; null: it opens them. */
  refusesTunnels: number | null = null
  /** Names that only the proxy can resolve, and their addresses. */
  readonly names = new Map<string, string>()
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor() {
    this.#server = createServer((request, response) => {
      const refusal = this.#refusalOf(request)
      if (refusal !== null) {
        this.#note(request, refusal)
        return void response.writeHead(refusal, this.#headersOf(refusal)).end('No.')
      }
      const { 'proxy-authorization': _own, ...headers } = request.headers
      const url = new URL(request.url ?? '')
      const hostname = this.names.get(url.hostname) ?? url.hostname
      const onward = forward(url, { hostname, method: request.method, headers })
      onward.on('response', (answer) => {
        this.#note(request, answer.statusCode ?? 0)
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      onward.on('error', () => {
        this.#note(request, 502)
        response.writeHead(502).end()
      })
      request.pipe(onward)
    })
    this.#server.on('connect', (request: IncomingMessage, socket: Socket) =>
      this.#tunnel(request, socket),
    )
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  static async start(): Promise<ForwardProxy> {
    const proxy = new ForwardProxy()
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get address() {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #refusalOf({ headers }: IncomingMessage): number | null {
    if (this.login === null) return null
    const wanted = `Basic ${Buffer.from(this.login).toString('base64')}`
    return headers['proxy-authorization'] === wanted ? null : 407
  }

  #headersOf(status: number): Record<string, string> {
    return status === 407 ? { 'proxy-authenticate': 'Basic realm="office"' } : {}
  }

  #tunnel(request: IncomingMessage, socket: Socket): void {
    const refusal = this.#refusalOf(request) ?? this.refusesTunnels
    if (refusal !== null) {
      this.#note(request, refusal)
      const lines = Object.entries(this.#headersOf(refusal)).map((each) => `${each.join(': ')}\r\n`)
      return void socket.end(`HTTP/1.1 ${refusal} No\r\n${lines.join('')}content-length: 0\r\n\r\n`)
    }
    const { hostname, port } = new URL(`http://${request.url}`)
    const onward = connect(Number(port || 80), this.names.get(hostname) ?? hostname, () => {
      this.#note(request, 200)
      socket.write('HTTP/1.1 200 Connected\r\n\r\n')
      onward.pipe(socket)
      socket.pipe(onward)
    })
    this.#sockets.add(onward)
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  }

  #note({ method, url }: IncomingMessage, status: number): void {
    this.seen.push({ line: `${method} ${url}`, status })
  }
}
