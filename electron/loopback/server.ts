import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Core } from '../core/create-core.ts'
import { bugFailure } from '../core/dispatch.ts'
import { isPutWorker } from '../core/host/page-policy.ts'
import type { CorePorts, Log } from '../core/ports.ts'
import { type ApiDeps, answerApi } from './api.ts'
import { CONTROL_PATH, createHostControl, type PageAddress } from './host-control.ts'
import { openListeners } from './listeners.ts'
import { createNoticeStream } from './notice-stream.ts'
import { REACHABLE_PATH } from './open-page.ts'
import {
  FORGET_CACHE,
  isUnregisterRequest,
  SECURITY_HEADERS,
  sendReachable,
  sendUnregisterScript,
  servePageFile,
} from './page-files.ts'
import { countRefusals, isOwnHost } from './request-guard.ts'
import { readSessionCookies, type Sessions } from './sessions.ts'

/** Time for running requests to finish, and for the core to close, at a shutdown. */
const REQUESTS_GRACE_MS = 400
const CORE_GRACE_MS = 1_400

const WRONG_ADDRESS = 'Ferry is not at this address. Open the one that it printed in the terminal.'

/** The server's part of the core's ports. */
export type ServerSeam = Pick<CorePorts, 'pageOrigin' | 'corsOrigin' | 'notify'>

export interface ServeOptions {
  readonly ports: readonly number[]
  readonly pageFolder: string
  readonly sessions: Sessions
  readonly log: Log
  /** Called once the address is known, because the core needs the page's origin. */
  readonly openCore: (seam: ServerSeam) => Promise<Core>
  /** Serves this user's other programs; without it they get no response. */
  readonly control?: {
    readonly dataFolder: string
    readonly newAddress: () => PageAddress
  }
  /** Called when a browser has opened a session. */
  readonly onSession?: () => void
}

export interface LoopbackServer {
  readonly port: number
  /** The page's origin in this run. */
  readonly origin: string
  /** The origin for browsers that do not resolve the host name in `origin`. */
  readonly fallbackOrigin: string
  readonly core: Core
  /** Ends all sessions; open pages say so. */
  readonly closeSessions: () => void
  /** Takes at most 2 s, whatever pages and uploads do. Idempotent. */
  readonly close: () => Promise<void>
}

/**
 * Serves the page and its commands to this computer, at a host name that is unique to this run, on
 * the first of `ports` that is free (0 for any). Browsers that do not resolve that name use
 * 127.0.0.1 with a port that differs in each run.
 *
 * @throws StartRefused when no port is free.
 */
export async function serveLoopback(options: ServeOptions): Promise<LoopbackServer> {
  const refusals = countRefusals(options.log)
  const listeners = await openListeners(options.ports, refusals)
  const { port, page, fallback, connections } = listeners
  let current = page
  const notices = createNoticeStream()
  const opening = Promise.withResolvers<Core>()
  // Callers that wait for the core see the error; the caller of this function reports it to the
  // user.
  opening.promise.catch(() => undefined)
  const control = createHostControl()
  const answerControl: AnswerControl = (request, response) =>
    options.control !== undefined && control.answer(request, response, options.control.newAddress)
  const shared = { ...options, connections, refusals, notices, core: opening.promise }
  listeners.answer((at, portThere) => {
    const onSession = () => {
      current = at
      options.onSession?.()
    }
    const deps = { ...shared, page: at, port: portThere, onSession }
    return answerTo(deps, options.pageFolder, answerControl)
  })

  const closeStreams = () => {
    notices.close()
    refusals.close()
  }
  /** Never rejects: a stale address does no harm. */
  const closeControl = async () => {
    if (options.control !== undefined)
      await control.close(options.control.dataFolder).catch(() => undefined)
  }
  try {
    const core = await options.openCore({
      pageOrigin: () => current.origin,
      corsOrigin: () => (current === page ? `http://*.localhost:${port}` : 'http://127.0.0.1:*'),
      notify: notices.send,
    })
    opening.resolve(core)
    if (options.control !== undefined) {
      await control.announce(options.control.dataFolder, port, page)
    }
    return {
      port,
      origin: page.origin,
      fallbackOrigin: fallback.origin,
      core,
      closeSessions: () => {
        options.sessions.closeAll()
        notices.endAll()
      },
      close: onlyOnce(async () => {
        closeStreams()
        await Promise.all([closeControl(), listeners.close(REQUESTS_GRACE_MS)])
        await Promise.race([core.close(), delay(CORE_GRACE_MS)])
      }),
    }
  } catch (error) {
    opening.reject(error)
    closeStreams()
    await Promise.all([closeControl(), listeners.close(0)])
    throw error
  }
}

type AnswerControl = (request: IncomingMessage, response: ServerResponse) => boolean

function answerTo(deps: ApiDeps, pageFolder: string, answerControl: AnswerControl) {
  return (request: IncomingMessage, response: ServerResponse) => {
    answer(deps, { pageFolder, answerControl }, request, response).catch((error: unknown) => {
      bugFailure(deps.log, error, 'loopback')
      response.destroy()
    })
  }
}

async function answer(
  deps: ApiDeps,
  {
    pageFolder,
    answerControl,
  }: { readonly pageFolder: string; readonly answerControl: AnswerControl },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!(await deps.connections.isOwn(request))) return
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value)
  const [pathname = '/'] = (request.url ?? '/').split('?')
  if (isUnregisterRequest(request)) return sendUnregisterScript(response)
  if (pathname.startsWith('/api/')) return answerApi(deps, request, pathname, response)

  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (!isOwnHost(request, deps.page)) {
    deps.refusals.add(421)
    response
      .writeHead(421, {
        'content-type': 'text/plain; charset=utf-8',
        connection: 'close',
        'cache-control': 'no-store',
        ...FORGET_CACHE,
      })
      .end(WRONG_ADDRESS)
  } else if (pathname === CONTROL_PATH && answerControl(request, response)) {
    deps.connections.trust(request)
  } else if (!isRead) {
    deps.refusals.add(405)
    response.writeHead(405, { allow: 'GET, HEAD', connection: 'close' }).end()
  } else if (pathname === REACHABLE_PATH) {
    sendReachable(response)
  } else {
    const origins = await storeOriginsFor(deps, request, pathname)
    await servePageFile(pageFolder, pathname, request.method === 'HEAD', response, origins)
  }
}

/** The store origins, which only a browser with a session may learn; null without one. */
async function storeOriginsFor(
  { port, sessions, core }: ApiDeps,
  request: IncomingMessage,
  pathname: string,
): Promise<readonly string[] | null> {
  if (!isPutWorker(pathname)) return []
  // Browsers fetch a worker's script by themselves, so without the header.
  const cookies = readSessionCookies(port, request.headers.cookie)
  return sessions.isCookie(cookies) ? (await core).storeOrigins() : null
}

function onlyOnce(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | null = null
  return () => {
    closing ??= close()
    return closing
  }
}
