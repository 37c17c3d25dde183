/**
 * Makes the SDK's HTTP handler. The desktop passes one that uses Electron's `net`, so that the
 * system's proxy and certificates apply; if absent, the SDK's own Node handler serves, and
 * `NodeNetwork` supplies both.
 */
export type StoreHttp = (options: {
  readonly connectMs: number
  readonly idleMs: number
}) => StoreHttpHandler

/** Structurally `@smithy/types` `HttpHandler`; kept opaque so that hosts need no SDK types. */
type StoreHttpHandler = object

/** How a request leaves this computer. */
export type Route =
  | {
      readonly kind: 'direct'
      /** The system also names a route that only a browser can use: a script (PAC), or SOCKS. */
      readonly besides: 'script' | 'socks' | null
    }
  /** `http://host:port`, with `name:password@` if the user gave them: never to be logged. */
  | { readonly kind: 'proxy'; readonly url: string }
  /**
   * The settings name a proxy that cannot be used. `setting` is a variable's name, not its value.
   */
  | { readonly kind: 'unusable'; readonly setting: string }

/** The computer's proxy and certificates, which Node does not find by itself. */
export interface NodeNetwork {
  readonly routeTo: (url: URL) => Promise<Route>
  /**
   * Makes Node trust the authorities that the system trusts. Takes up to a minute the first time,
   * and never rejects.
   * @param sinceMs when the refused connection began, by `performance.now()`.
   * @returns whether another try may succeed.
   */
  readonly trustSystem: (sinceMs: number) => Promise<boolean>
}

/** How requests leave this computer; both are absent in a host without a proxy of its own. */
export interface NetworkPorts {
  readonly storeHttp?: StoreHttp
  /**
   * For requests that `storeHttp` does not carry. Absent: direct connections that trust Node's own
   * list.
   */
  readonly nodeNetwork?: NodeNetwork
}
