import { randomBytes } from 'node:crypto'

/** 128 bits in hexadecimal digits, of which a label of a host name may have 63. */
const NAME_BYTES = 16

/**
 * A host name below `localhost` that no run had before. Chromium and Firefox resolve every such
 * name to this computer by themselves (RFC 6761, section 6.3), and browsers keep storage, service
 * workers, caches and cookies by host name: what another program once left at a port of 127.0.0.1
 * does not reach this page, and this page's cookie goes to no other program.
 */
export function freshHostName(): string {
  return `${randomBytes(NAME_BYTES).toString('hex')}.localhost`
}

/** Where one listener serves the page. */
export interface PageOrigin {
  /** As it stands in `Origin`. */
  readonly origin: string
  /** As it stands in `Host`. */
  readonly host: string
}

export function pageOrigin(hostName: string, port: number): PageOrigin {
  const host = `${hostName}:${port}`
  return { origin: `http://${host}`, host }
}
