import { EventEmitter } from 'node:events'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import type { ClientRequestConstructorOptions } from 'electron'

/** docs/api/client-request.md: Electron throws for these. */
const RESTRICTED =
  /^(content-length|host|trailer|te|upgrade|cookie2|keep-alive|transfer-encoding)$/i

/** Chromium's names for what Node reports. */
const NET_ERRORS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'ERR_NAME_NOT_RESOLVED',
  ECONNREFUSED: 'ERR_CONNECTION_REFUSED',
  ECONNRESET: 'ERR_CONNECTION_RESET',
}

/** Electron's request as its documentation has it, over Node's: the HTTP is real. */
class FakeClientRequest extends EventEmitter {
  readonly #options: ClientRequestConstructorOptions
  #outgoing: ClientRequest
  #incoming: IncomingMessage | null = null
  #isOver = false

  constructor(options: ClientRequestConstructorOptions) {
    super()
    const headers = options.headers ?? {}
    const refused = Object.keys(headers).find((name) => RESTRICTED.test(name))
    if (refused !== undefined) throw new Error(`net::ERR_INVALID_ARGUMENT: ${refused}`)
    this.#options = options
    this.#outgoing = this.#ask(options.url ?? '')
  }

  #ask(url: string | URL): ClientRequest {
    const { method, headers = {} } = this.#options
    const outgoing = httpRequest(url, { method, headers })
    outgoing.on('error', (error) => this.#die(error))
    outgoing.on('response', (incoming) => this.#answer(incoming))
    return outgoing
  }

  end(chunk?: Buffer): this {
    // Chromium announces the length itself, 0 included for the methods that carry a body.
    const carriesBody = ['PUT', 'POST'].includes(this.#outgoing.method)
    if (chunk !== undefined || carriesBody) {
      this.#outgoing.setHeader('content-length', chunk?.byteLength ?? 0)
    }
    this.#outgoing.end(chunk)
    return this
  }

  abort(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.emit('abort')
    this.#outgoing.destroy()
    this.#incoming?.destroy()
    this.emit('close')
  }

  #answer(incoming: IncomingMessage): void {
    const status = incoming.statusCode ?? 0
    if (status >= 300 && status < 400 && incoming.headers.location !== undefined) {
      const headers = Object.fromEntries(
        Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat()]),
      )
      this.emit('redirect', status, 'GET', incoming.headers.location, headers)
      if (this.#options.redirect !== 'manual') {
        this.#outgoing = this.#ask(new URL(incoming.headers.location, this.#options.url))
        this.#outgoing.end()
        return
      }
      this.emit('error', new Error('Redirect was cancelled'))
      this.abort()
      return
    }
    this.#incoming = incoming
    this.emit('response', incoming)
  }

  #die(error: Error & { code?: string }): void {
    if (this.#isOver) return
    this.#isOver = true
    this.emit('error', new Error(`net::${NET_ERRORS[error.code ?? ''] ?? 'ERR_FAILED'}`))
    this.emit('close')
  }
}

export const net = {
  requests: [] as ClientRequestConstructorOptions[],
  request(options: ClientRequestConstructorOptions): FakeClientRequest {
    net.requests.push(options)
    return new FakeClientRequest(options)
  },
}
