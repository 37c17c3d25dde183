import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type IncomingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { CommandHandlers } from '../../electron/contract/bridge.ts'
import { mapRows } from '../../electron/contract/bridge.ts'
import { commands } from '../../electron/contract/commands.ts'
import { failed } from '../../electron/contract/outcome.ts'
import { LOOPBACK_ROUTES } from '../../electron/contract/transport.ts'
import type { Core } from '../../electron/core/core.ts'
import type { CorePorts, Log } from '../../electron/core/ports.ts'
import { type LoopbackServer, serveLoopback } from '../../electron/loopback/server.ts'
import { openSessions, type Sessions } from '../../electron/loopback/sessions.ts'

export const PAGE_FOLDER = fileURLToPath(new URL('page', import.meta.url))

export interface RunningHost {
  readonly server: LoopbackServer
  readonly sessions: Sessions
  readonly notify: CorePorts['notify']
  /** Everything that was logged, as one text. */
  readonly logged: () => string
}

export interface HostSettings {
  readonly handlers?: Partial<CommandHandlers>
  readonly registerSources?: Core['registerSources']
  readonly closeCore?: () => Promise<void>
  /** Called while the host listens and its core is not open yet. */
  readonly atOpening?: (origin: string) => Promise<void>
  readonly dataFolder?: string
  readonly port?: number
}

/** A host over scripted handlers. Every command that the test does not name answers `not-now`. */
export async function startHost(settings: HostSettings = {}): Promise<RunningHost> {
  const dataFolder = settings.dataFolder ?? (await temporaryFolder())
  const sessions = openSessions(dataFolder, Date.now)
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
  return { server, sessions, notify, logged: () => lines.join('\n') }
}

function scriptedCore(settings: HostSettings): Core {
  const unscripted = mapRows(commands, () => async () => failed({ kind: 'not-now' }))
  return {
    handlers: { ...unscripted, ...settings.handlers },
    registerSources: settings.registerSources ?? (async () => []),
    inspectFolders: async () => [],
    sourcePath: () => null,
    mayOpen: () => false,
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

/** One request exactly as given: no redirects, no headers that were not asked for but Host. */
export async function ask(port: number, question: Question): Promise<Answer> {
  const { method = 'GET', path, headers = {}, body } = question
  const asking = request({ host: '127.0.0.1', port, method, path, headers, agent: false })
  asking.end(body)
  const [response] = await once(asking, 'response')
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

/** What our own page sends with every POST. */
export function pageHeaders(port: number, cookie?: string): Record<string, string> {
  return {
    origin: `http://127.0.0.1:${port}`,
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/json',
    ...(cookie === undefined ? {} : { cookie }),
  }
}

/** Spends the host's token. Answers the cookie as the browser would send it back. */
export async function signIn({ server, sessions }: RunningHost): Promise<string> {
  const answer = await ask(server.port, {
    method: 'POST',
    path: LOOPBACK_ROUTES.exchange,
    headers: pageHeaders(server.port),
    body: JSON.stringify({ token: sessions.token }),
  })
  const [cookie = ''] = (answer.headers['set-cookie']?.[0] ?? '').split(';')
  return cookie
}

export function commandPath(name: string): string {
  return `${LOOPBACK_ROUTES.commandPrefix}${name}`
}

/** The mode bits that let others in. Windows has none: there the folder's own rights decide. */
export function sharedBitsOf({ mode }: { readonly mode: number }): number {
  return process.platform === 'win32' ? 0 : mode & 0o077
}
