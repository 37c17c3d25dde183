import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type IncomingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { commands } from '../../electron/contract/commands.ts'
import { type CommandHandlers, mapRows } from '../../electron/contract/ferry-bridge.ts'
import { failed } from '../../electron/contract/outcome.ts'
import {
  LOOPBACK_ROUTES,
  SESSION_HEADER,
  type SessionOpened,
} from '../../electron/contract/transport.ts'
import type { Core } from '../../electron/core/create-core.ts'
import type { CorePorts, Log } from '../../electron/core/ports.ts'
import { type LoopbackServer, serveLoopback } from '../../electron/loopback/server.ts'
import { createSessions, type Sessions } from '../../electron/loopback/sessions.ts'

export const PAGE_FOLDER = fileURLToPath(new URL('page', import.meta.url))

export interface RunningHost {
  readonly server: LoopbackServer
  readonly sessions: Sessions
  /** Opens one session. */
  readonly token: string
  readonly notify: CorePorts['notify']
  /** The complete log as one text. */
  readonly logged: () => string
}

export interface HostSettings {
  readonly handlers?: Partial<CommandHandlers>
  readonly registerSources?: Core['registerSources']
  readonly storeOrigins?: Core['storeOrigins']
  readonly closeCore?: () => Promise<void>
  /** Called while the host listens but its core is not open yet. */
  readonly atOpening?: (origin: string) => Promise<void>
  readonly sessions?: Sessions
  readonly port?: number
}

/**
 * Starts a host with scripted handlers. Commands that the test does not define answer `wrong-state`.
 */
export async function startHost(settings: HostSettings = {}): Promise<RunningHost> {
  const sessions = settings.sessions ?? createSessions(Date.now)
  const lines: string[] = []
  const write = (event: object, text: string) => void lines.push(JSON.stringify({ ...event, text }))
  const log: Log = { info: write, warn: write, error: write }
  let notify: CorePorts['notify'] = () => undefined
  const server = await serveLoopback({
    ports: [settings.port ?? 0],
    pageFolder: PAGE_FOLDER,
    sessions,
    log,
    openCore: async (seam) => {
      notify = seam.notify
      await settings.atOpening?.(seam.pageOrigin())
      return scriptedCore(settings)
    },
  })
  onTestFinished(server.close)
  const token = sessions.newToken()
  return { server, sessions, token, notify, logged: () => lines.join('\n') }
}

function scriptedCore(settings: HostSettings): Core {
  const unscripted = mapRows(commands, () => async () => failed({ kind: 'wrong-state' }))
  return {
    handlers: { ...unscripted, ...settings.handlers },
    registerSources: settings.registerSources ?? (async () => []),
    giveFiles: () => undefined,
    inspectFolders: async () => [],
    sourcePath: () => null,
    mayOpen: () => false,
    noteUnexpectedError: () => undefined,
    copyLatestLink: async () => false,
    storeOrigins: settings.storeOrigins ?? (() => []),
    close: settings.closeCore ?? (async () => undefined),
  }
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ferry-loopback-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Question {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Sends one request unchanged: without redirects, and with no added header but Host. */
export async function ask(origin: string, question: Question): Promise<Answer> {
  const { method = 'GET', path, headers = {}, body } = question
  const { host, port } = new URL(origin)
  const asking = request({
    host: '127.0.0.1',
    port,
    method,
    path,
    headers: { host, ...headers },
    agent: false,
  })
  asking.end(body)
  const [response] = await once(asking, 'response')
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

/** A browser's session: both secrets as they are sent. */
export interface BrowserSession {
  /** `name=secret` */
  readonly cookie: string
  readonly secret: string
}

/** The headers that Ferry's page sends with every POST. */
export function pageHeaders(origin: string, session?: BrowserSession): Record<string, string> {
  return {
    origin,
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/json',
    ...(session === undefined ? {} : sessionHeaders(session)),
  }
}

export function sessionHeaders({ cookie, secret }: BrowserSession): Record<string, string> {
  return { cookie, [SESSION_HEADER]: secret }
}

/**
 * A browser's key pair: its public key as the page sends it, and a function that signs with the
 * private key.
 */
export function browserKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const point = [Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]
  return {
    publicKey: Buffer.concat(point).toString('base64url'),
    sign: (text: string) =>
      sign('sha256', Buffer.from(text), {
        key: privateKey,
        dsaEncoding: 'ieee-p1363',
      }).toString('base64url'),
  }
}

/** Posts the token like the page. */
export function exchange(origin: string, token: string, key = browserKey()): Promise<Answer> {
  return post(origin, LOOPBACK_ROUTES.exchange, { token, publicKey: key.publicKey })
}

export function post(
  origin: string,
  path: string,
  message: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return ask(origin, {
    method: 'POST',
    path,
    headers: { ...pageHeaders(origin), ...headers },
    body: JSON.stringify(message),
  })
}

/** Consumes the host's token. */
export async function signIn({
  server,
  token,
}: {
  readonly server: { readonly origin: string }
  readonly token: string
}): Promise<BrowserSession> {
  const answer = await exchange(server.origin, token)
  const [cookie = ''] = (answer.headers['set-cookie']?.[0] ?? '').split(';')
  return { cookie, secret: (JSON.parse(answer.body) as SessionOpened).secret }
}

export function commandPath(name: string): string {
  return `${LOOPBACK_ROUTES.commandPrefix}${name}`
}

/**
 * The mode bits that give others access. Windows has none, because the folder's access list
 * decides.
 */
export function sharedBitsOf({ mode }: { readonly mode: number }): number {
  return process.platform === 'win32' ? 0 : mode & 0o077
}
