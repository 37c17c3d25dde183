import { mapRows } from '../../electron/contract/bridge.ts'
import {
  type CommandName,
  commands,
  type NoticeName,
  notices,
} from '../../electron/contract/commands.ts'
import { failed, succeeded } from '../../electron/contract/outcome.ts'
import { LOOPBACK_ROUTES } from '../../electron/contract/transport.ts'
import { NarrowGate } from '../upload/engine/narrow-gate.ts'
import type { RawBridge } from './checked-bridge.ts'
import { type ChangeableHostLink, createHostLink, type HostLink } from './host-link.ts'

/** After the browser has given up on the notices by itself. */
const REOPEN_MS = 2_000

/** Those that wait for a store, perhaps for minutes. */
const SLOW: ReadonlySet<CommandName> = new Set(['prepareUpload', 'completeUpload'])
/** Of Chromium's six connections; one more is the notices', the rest is for the quick ones. */
const SLOW_AT_ONCE = 3

export interface LoopbackConnection {
  readonly raw: RawBridge
  readonly link: HostLink
}

/**
 * The contract over HTTP, to the host that served this page. Its one-time token stands in the
 * address's fragment, is exchanged for a cookie and vanishes from the address.
 */
export async function connectLoopback(): Promise<LoopbackConnection> {
  const link = createHostLink()
  const stream = new NoticeStream(link, () => post('describeHost', {}))
  const post = (name: string, input: unknown) =>
    postJson(`${LOOPBACK_ROUTES.commandPrefix}${name}`, input, link, stream)
  const slowGate = new NarrowGate(SLOW_AT_ONCE)
  await signIn(link)
  // The address opened again in this tab changes only the fragment, which loads nothing.
  window.addEventListener('hashchange', () => {
    if (location.hash.length > 1) location.reload()
  })
  return {
    link,
    raw: {
      commands: mapRows(
        commands,
        (name) => (input: unknown) =>
          SLOW.has(name) ? slowGate.pass(() => post(name, input)) : post(name, input),
      ),
      notices: mapRows(
        notices,
        (name) => (listener: (payload: unknown) => void) => stream.listen(name, listener),
      ),
      registerSources: (files) =>
        postJson(LOOPBACK_ROUTES.registerSources, { files: files.map(factsOf) }, link, stream),
      // A browser tells nobody where a folder is.
      inspectFolders: async (folders) => succeeded(folders.map(() => null)),
    },
  }
}

/** A browser knows no path, only these. */
function factsOf(file: File) {
  return { name: file.name, byteLength: file.size, modifiedAtMs: timeOf(file) }
}

/**
 * Chromium takes the start of 1970 for "unknown" and then says the present, at each look another
 * one, or the start of 1601. Images of systems set that time, so that such files are many.
 */
function timeOf(file: File): number {
  const beforeMs = Date.now()
  const { lastModified } = file
  const isMadeUp = lastModified >= beforeMs && lastModified <= Date.now()
  return isMadeUp || lastModified === START_OF_1601 ? 0 : lastModified
}

const START_OF_1601 = -11_644_473_600_000

async function signIn(link: ChangeableHostLink): Promise<void> {
  const token = location.hash.slice(1)
  if (token === '') return
  history.replaceState(null, '', location.pathname + location.search)
  const response = await send(LOOPBACK_ROUTES.exchange, { token })
  if (response === null) link.become('gone')
  else if (response.status === 401) link.become('signed-out')
}

/** Null: the host did not answer. */
async function send(path: string, message: unknown): Promise<Response | null> {
  try {
    return await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(message),
      cache: 'no-store',
      redirect: 'error',
    })
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

async function postJson(
  path: string,
  message: unknown,
  link: ChangeableHostLink,
  stream: NoticeStream,
): Promise<unknown> {
  const response = await send(path, message)
  if (response === null) {
    if (link.state() === 'connected') link.become('gone')
    return failed({ kind: 'host-gone' })
  }
  if (response.status === 401) {
    link.become('signed-out')
    stream.close()
    return failed({ kind: 'host-gone' })
  }
  if (!response.ok) throw new TypeError(`The host refused a message with status ${response.status}`)
  if (link.state() === 'gone' && stream.isUpToDate()) link.become('connected')
  return bodyOf(response, link)
}

/** The host may go while it answers. */
async function bodyOf(response: Response, link: ChangeableHostLink): Promise<unknown> {
  try {
    return await response.json()
  } catch (error) {
    if (error instanceof SyntaxError) throw error
    link.become('gone')
    return failed({ kind: 'host-gone' })
  }
}

type Listener = (payload: unknown) => void

/**
 * One stream of server-sent events for all notices; it also tells whether the host is there. Open
 * only while somebody listens: tabs that merely wait for their turn would otherwise hold all six
 * connections that Chromium opens to one host, and leave none to the tab that sends.
 */
class NoticeStream {
  readonly #link: ChangeableHostLink
  readonly #askHost: () => Promise<unknown>
  readonly #listeners = new Map<NoticeName, Set<Listener>>()
  #source: EventSource | null = null

  /** @param askHost any command: its answer tells a lost session from a host that is starting. */
  constructor(link: ChangeableHostLink, askHost: () => Promise<unknown>) {
    this.#link = link
    this.#askHost = askHost
  }

  #open(): void {
    if (this.#link.state() === 'signed-out') return
    const source = new EventSource(LOOPBACK_ROUTES.notices)
    this.#source = source
    for (const name of Object.keys(notices) as NoticeName[]) {
      source.addEventListener(name, ({ data }) => {
        const payload: unknown = JSON.parse(data)
        for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(payload)
      })
    }
    source.onopen = () => this.#link.become('connected')
    source.onerror = () => {
      if (this.#link.state() === 'connected') this.#link.become('gone')
      // While the browser tries again by itself, there is nothing to do.
      if (source.readyState === EventSource.CLOSED) void this.#reopen(source)
    }
  }

  /** False while somebody listens and notices are missed. */
  isUpToDate(): boolean {
    return this.#source === null || this.#source.readyState === EventSource.OPEN
  }

  close(): void {
    this.#source?.close()
    this.#source = null
  }

  listen(name: NoticeName, listener: Listener): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(listener))
    if (this.#source === null) this.#open()
    return () => {
      listeners.delete(listener)
      if ([...this.#listeners.values()].every(({ size }) => size === 0)) this.close()
    }
  }

  async #reopen(given: EventSource): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, REOPEN_MS))
    if (this.#source === given) await this.#askHost()
    // Nobody listens any more, or the session has ended meanwhile.
    if (this.#source === given) this.#open()
  }
}
