import type { IncomingMessage, ServerResponse } from 'node:http'
import * as z from 'zod/mini'
import { MAX_BATCH } from '../contract/limits.ts'
import { failed, type Outcome, succeeded } from '../contract/outcome.ts'
import { LOOPBACK_ROUTES, MAX_MESSAGE_BYTES } from '../contract/transport.ts'
import { Source } from '../contract/upload.ts'
import type { Core } from '../core/core.ts'
import { bugFailure, dispatch, RefusedMessage } from '../core/dispatch.ts'
import type { Log } from '../core/ports.ts'
import { isJson, type Refusal, refusalOf } from './gate.ts'
import type { NoticeStream } from './notice-stream.ts'
import { readJson } from './request-body.ts'
import { readSessionCookie, sessionCookie } from './session-cookie.ts'
import type { Sessions } from './sessions.ts'

export interface ApiParts {
  readonly port: number
  readonly sessions: Sessions
  readonly notices: NoticeStream
  readonly log: Log
  /** Pending while the host starts: a page that waited for it is answered as soon as it can be. */
  readonly core: Promise<Core>
}

const TokenMessage = z.strictObject({ token: z.string().check(z.maxLength(200)) })
/** A browser gives no path, so the facts are believed; the bytes never come here anyway. */
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
  sentence: 'This address was used before. Start Ferry again for a new one.',
}

/** Answers one request below `/api/`: gate, session, message, handler. */
export async function answerApi(
  parts: ApiParts,
  request: IncomingMessage,
  pathname: string,
  response: ServerResponse,
): Promise<void> {
  const refusal = await tryToAnswer(parts, request, pathname, response)
  if (refusal === null) return
  parts.log.warn({ status: refusal.status, route: pathname.slice(0, 100) }, 'Refused a request')
  refuse(response, refusal)
}

async function tryToAnswer(
  parts: ApiParts,
  request: IncomingMessage,
  pathname: string,
  response: ServerResponse,
): Promise<Refusal | null> {
  const { port, sessions } = parts
  const method = request.method ?? ''
  const gate = refusalOf(method, request.headers, port)
  if (gate !== null) return gate

  const secret = readSessionCookie(port, request.headers.cookie)
  const hasSession = secret !== null && sessions.isOpen(secret)
  const isStream = pathname === LOOPBACK_ROUTES.notices
  if (method !== (isStream ? 'GET' : 'POST')) {
    response.setHeader('allow', isStream ? 'GET' : 'POST')
    return { status: 405, sentence: 'That method is not served here.' }
  }
  if (pathname === LOOPBACK_ROUTES.exchange)
    return openSession(parts, request, hasSession, response)
  if (!hasSession) return NO_SESSION
  if (isStream) {
    await parts.core
    parts.notices.add(response)
    return null
  }
  return answerMessage(parts, request, pathname, response)
}

async function openSession(
  { port, sessions }: ApiParts,
  request: IncomingMessage,
  hasSession: boolean,
  response: ServerResponse,
): Promise<Refusal | null> {
  const message = await readMessage(request)
  if ('status' in message) return message
  const parsed = TokenMessage.safeParse(message.value)
  if (!parsed.success) return MALFORMED
  const secret = sessions.exchange(parsed.data.token)
  // The same address opened again in the same browser: the cookie still counts.
  if (secret === null && !hasSession) return SPENT
  if (secret !== null) response.setHeader('set-cookie', sessionCookie(port, secret))
  response.writeHead(204).end()
  return null
}

async function answerMessage(
  parts: ApiParts,
  request: IncomingMessage,
  pathname: string,
  response: ServerResponse,
): Promise<Refusal | null> {
  const prefix = LOOPBACK_ROUTES.commandPrefix
  const isCommand = pathname.startsWith(prefix)
  if (!isCommand && pathname !== LOOPBACK_ROUTES.registerSources) return NOT_FOUND
  const message = await readMessage(request)
  if ('status' in message) return message
  const core = await parts.core
  if (!isCommand) return registerSources(parts.log, core, message.value, response)
  try {
    const name = pathname.slice(prefix.length)
    sendJson(response, 200, await dispatch(core.handlers, parts.log, name, message.value))
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
): Promise<Refusal | { readonly value: unknown }> {
  if (!isJson(request.headers)) return NOT_JSON
  const reading = await readJson(request, MAX_MESSAGE_BYTES)
  switch (reading.kind) {
    case 'json':
      return { value: reading.value }
    case 'too-large':
      return TOO_LARGE
    case 'malformed':
    case 'cut':
      return MALFORMED
  }
}

/** A refused sender may still be sending; closing the connection is the only way not to listen. */
function refuse(response: ServerResponse, { status, sentence }: Refusal): void {
  response.setHeader('connection', 'close')
  sendJson(response, status, { refused: sentence })
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
