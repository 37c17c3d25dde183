import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod/mini'
import { Source } from '../contract/commands/uploads.ts'
import { MAX_BATCH } from '../contract/limits.ts'
import { failed, type Outcome, succeeded } from '../contract/outcome.ts'
import {
  LOOPBACK_ROUTES,
  MAX_MESSAGE_BYTES,
  SESSION_HEADER,
  type SessionChallenge,
  type SessionOpened,
} from '../contract/transport.ts'
import type { Core } from '../core/create-core.ts'
import { bugFailure, dispatch, RefusedMessage } from '../core/dispatch.ts'
import type { Log } from '../core/ports.ts'
import { unreachable } from '../lib/unreachable.ts'
import { type Connections, UNAUTHENTICATED_LIFE_MS } from './connections.ts'
import type { NoticeStream } from './notice-stream.ts'
import {
  isJson,
  type PageOrigin,
  type Refusal,
  type RefusalCount,
  readJson,
  refusalOf,
} from './request-guard.ts'
import { readSessionCookies, type Sessions, sessionCookie } from './sessions.ts'

export interface ApiDeps {
  /** The origin of this listener. */
  readonly page: PageOrigin
  readonly port: number
  readonly sessions: Sessions
  readonly connections: Connections
  readonly refusals: RefusalCount
  readonly notices: NoticeStream
  readonly log: Log
  /** Pending while the host starts, so that a waiting page is answered as soon as possible. */
  readonly core: Promise<Core>
  /** Called when a browser has opened a session on this listener. */
  readonly onSession: () => void
}

/** The largest message without a session: a token and little else. */
const MAX_UNAUTHENTICATED_BYTES = 1024

const text = z.string().check(z.maxLength(200))
const ExchangeMessage = z.strictObject({ token: text, publicKey: text })
const ChallengeMessage = z.strictObject({})
const RenewMessage = z.strictObject({ challenge: text, signature: text, token: text })
/** A browser reveals no path, so the facts are trusted; the file's bytes never reach this host. */
const SourcesMessage = z.strictObject({
  files: z
    .array(z.pick(Source, { name: true, byteLength: true, modifiedAtMs: true }))
    .check(z.minLength(1), z.maxLength(MAX_BATCH)),
})

const NOT_FOUND: Refusal = { status: 404, sentence: 'There is no such route.' }
const NOT_JSON: Refusal = { status: 415, sentence: 'Send application/json.' }
const MALFORMED: Refusal = { status: 400, sentence: 'The message is malformed.' }
const TOO_LARGE: Refusal = { status: 413, sentence: 'The message is too large.' }
const NO_SESSION: Refusal = {
  status: 401,
  sentence: 'Open the address that Ferry printed when it started.',
}
const SPENT: Refusal = {
  status: 401,
  sentence: 'This address was used before, or a newer one was created.',
}
const EXPIRED: Refusal = {
  status: 401,
  sentence: 'This address has expired: it works for five minutes.',
}
const TOO_SLOW: Refusal = { status: 408, sentence: 'The message took too long.' }

/** Answers a request below `/api/`: guard, session, message, handler. */
export async function answerApi(
  deps: ApiDeps,
  request: IncomingMessage,
  pathname: string,
  response: ServerResponse,
): Promise<void> {
  const refusal = await tryToAnswer(deps, request, pathname, response)
  if (refusal !== null) refuse(deps, response, refusal)
}

async function tryToAnswer(
  deps: ApiDeps,
  request: IncomingMessage,
  pathname: string,
  response: ServerResponse,
): Promise<Refusal | null> {
  const refusal = refusalOf(request, deps.page)
  if (refusal !== null) return refusal

  const isStream = pathname === LOOPBACK_ROUTES.notices
  const method = isStream ? 'GET' : 'POST'
  if (request.method !== method) {
    response.setHeader('allow', method)
    return { status: 405, sentence: 'That method is not served here.' }
  }
  const opener = SESSION_ROUTES[pathname]
  if (opener !== undefined) {
    const message = await readMessage(request, {
      maxBytes: MAX_UNAUTHENTICATED_BYTES,
      signal: AbortSignal.timeout(UNAUTHENTICATED_LIFE_MS),
    })
    return 'status' in message ? message : opener(deps, request, message.value, response)
  }
  if (!hasSession(deps, request)) return NO_SESSION
  deps.connections.trust(request)
  if (isStream) {
    await deps.core
    deps.notices.add(response)
    return null
  }
  return answerMessage(deps, request, pathname, response)
}

function hasSession({ port, sessions }: ApiDeps, { headers }: IncomingMessage): boolean {
  const header = headers[SESSION_HEADER]
  const cookies = readSessionCookies(port, headers.cookie)
  return typeof header === 'string' && sessions.isOpen(cookies, header)
}

type SessionRoute = (
  deps: ApiDeps,
  request: IncomingMessage,
  message: unknown,
  response: ServerResponse,
) => Refusal | null

/** Routes that need no session. */
const SESSION_ROUTES: Readonly<Record<string, SessionRoute>> = {
  [LOOPBACK_ROUTES.exchange]: openSession,
  [LOOPBACK_ROUTES.challenge]: challenge,
  [LOOPBACK_ROUTES.renew]: renewSession,
}

function openSession(
  { port, sessions, connections, onSession }: ApiDeps,
  request: IncomingMessage,
  message: unknown,
  response: ServerResponse,
): Refusal | null {
  const parsed = ExchangeMessage.safeParse(message)
  if (!parsed.success) return MALFORMED
  const exchange = sessions.exchange(parsed.data.token, parsed.data.publicKey)
  switch (exchange.kind) {
    case 'bad-key':
      return MALFORMED
    case 'wrong':
      return SPENT
    case 'expired':
      return EXPIRED
    case 'opened':
      connections.trust(request)
      onSession()
      response.setHeader('set-cookie', sessionCookie(port, exchange.secrets.cookie))
      sendJson(response, 200, { secret: exchange.secrets.header } satisfies SessionOpened)
      return null
    default:
      return unreachable(exchange)
  }
}

function challenge(
  { port, sessions }: ApiDeps,
  request: IncomingMessage,
  message: unknown,
  response: ServerResponse,
): Refusal | null {
  if (!ChallengeMessage.safeParse(message).success) return MALFORMED
  const fresh = sessions.challenge(readSessionCookies(port, request.headers.cookie))
  if (fresh === null) return NO_SESSION
  sendJson(response, 200, { challenge: fresh } satisfies SessionChallenge)
  return null
}

function renewSession(
  { port, sessions, connections }: ApiDeps,
  request: IncomingMessage,
  message: unknown,
  response: ServerResponse,
): Refusal | null {
  const parsed = RenewMessage.safeParse(message)
  if (!parsed.success) return MALFORMED
  const cookies = readSessionCookies(port, request.headers.cookie)
  const secret = sessions.renew(cookies, parsed.data)
  if (secret === null) return NO_SESSION
  connections.trust(request)
  sendJson(response, 200, { secret } satisfies SessionOpened)
  return null
}

async function answerMessage(
  deps: ApiDeps,
  request: IncomingMessage,
  pathname: string,
  response: ServerResponse,
): Promise<Refusal | null> {
  const prefix = LOOPBACK_ROUTES.commandPrefix
  const isCommand = pathname.startsWith(prefix)
  if (!isCommand && pathname !== LOOPBACK_ROUTES.registerSources) return NOT_FOUND
  const message = await readMessage(request, { maxBytes: MAX_MESSAGE_BYTES })
  if ('status' in message) return message
  const core = await deps.core
  if (!isCommand) return registerSources(deps.log, core, message.value, response)
  try {
    const name = pathname.slice(prefix.length)
    sendJson(response, 200, await dispatch(core.handlers, deps.log, name, message.value))
    return null
  } catch (error) {
    if (!(error instanceof RefusedMessage)) throw error
    return { status: 400, sentence: error.message }
  }
}

async function registerSources(
  log: Log,
  core: Core,
  value: unknown,
  response: ServerResponse,
): Promise<Refusal | null> {
  const parsed = SourcesMessage.safeParse(value)
  if (!parsed.success) return MALFORMED
  const facts = parsed.data.files.map((file) => ({ ...file, path: null }))
  let outcome: Outcome<unknown>
  try {
    outcome = succeeded(await core.registerSources(facts))
  } catch (error) {
    outcome = failed(bugFailure(log, error, 'registerSources'))
  }
  sendJson(response, 200, outcome)
  return null
}

async function readMessage(
  request: IncomingMessage,
  limits: { readonly maxBytes: number; readonly signal?: AbortSignal },
): Promise<Refusal | { readonly value: unknown }> {
  if (!isJson(request.headers)) return NOT_JSON
  const reading = await readJson(request, limits)
  switch (reading.kind) {
    case 'json':
      return { value: reading.value }
    case 'too-large':
      return TOO_LARGE
    case 'too-slow':
      return TOO_SLOW
    case 'malformed':
    case 'cut':
      return MALFORMED
    default:
      return unreachable(reading)
  }
}

/**
 * A refused client may still be sending; closing the connection is the only way to stop reading.
 */
function refuse({ refusals }: ApiDeps, response: ServerResponse, refusal: Refusal): void {
  refusals.add(refusal.status)
  response.setHeader('connection', 'close')
  sendJson(response, refusal.status, { refused: refusal.sentence })
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value))
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.byteLength,
    'cache-control': 'no-store',
  })
  response.end(body)
}
