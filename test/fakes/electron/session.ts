import { EventEmitter } from 'node:events'
import type {
  HeadersReceivedResponse,
  OnHeadersReceivedListenerDetails,
  PermissionRequest,
} from 'electron'

type Handle = (request: Request) => Response | Promise<Response>
type BeforeRequest = (
  details: { url: string },
  callback: (answer: { cancel?: boolean }) => void,
) => void
type HeadersReceived = (
  details: OnHeadersReceivedListenerDetails,
  callback: (answer: HeadersReceivedResponse) => void,
) => void
type Check = (contents: null, permission: string, origin: string) => boolean
type Ask = (
  contents: null,
  permission: string,
  callback: (isGranted: boolean) => void,
  details: PermissionRequest,
) => void

/** A session with one listener per event, like Electron's. */
export class FakeSession extends EventEmitter {
  readonly schemes = new Map<string, Handle>()
  readonly hosts = new Map<string, string[]>()
  #beforeRequest: BeforeRequest | null = null
  #headersReceived: HeadersReceived | null = null
  #check: Check | null = null
  #ask: Ask | null = null
  #device: (() => boolean) | null = null

  readonly protocol = {
    handle: (scheme: string, handler: Handle) => {
      this.schemes.set(scheme, handler)
    },
  }

  readonly webRequest = {
    onBeforeRequest: (_filter: unknown, listener: BeforeRequest) => {
      this.#beforeRequest = listener
    },
    onHeadersReceived: (_filter: unknown, listener: HeadersReceived) => {
      this.#headersReceived = listener
    },
  }

  setPermissionCheckHandler(handler: Check): void {
    this.#check = handler
  }

  setPermissionRequestHandler(handler: Ask): void {
    this.#ask = handler
  }

  setDevicePermissionHandler(handler: () => boolean): void {
    this.#device = handler
  }

  async resolveHost(host: string): Promise<{ endpoints: { address: string }[] }> {
    const addresses = this.hosts.get(host)
    if (addresses === undefined) throw new Error('net::ERR_NAME_NOT_RESOLVED')
    return { endpoints: addresses.map((address) => ({ address })) }
  }

  /** Whether a request to this URL is cancelled. Without a listener Electron allows everything. */
  isCancelled(url: string): boolean {
    let isCancelled = false
    this.#beforeRequest?.({ url }, (answer) => {
      isCancelled = answer.cancel ?? false
    })
    return isCancelled
  }

  /** The changed headers of a response; `{}` leaves them unchanged. */
  receive(details: OnHeadersReceivedListenerDetails): HeadersReceivedResponse {
    let answer: HeadersReceivedResponse = {}
    this.#headersReceived?.(details, (given) => {
      answer = given
    })
    return answer
  }

  /** Electron grants every permission that no handler denies. */
  checks(permission: string, origin: string): boolean {
    return this.#check?.(null, permission, origin) ?? true
  }

  asks(permission: string, requestingUrl: string): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const details = { isMainFrame: true, requestingUrl }
    if (this.#ask === null) resolve(true)
    else this.#ask(null, permission, resolve, details)
    return promise
  }

  grantsDevices(): boolean {
    return this.#device?.() ?? true
  }

  /** A page of this session fetches a URL with a handled scheme. */
  async fetch(request: Request & { initiatorOrigin?: string }): Promise<Response> {
    const handle = this.schemes.get(new URL(request.url).protocol.slice(0, -1))
    if (handle === undefined) throw new Error(`No handler for ${request.url}`)
    return handle(request)
  }
}
