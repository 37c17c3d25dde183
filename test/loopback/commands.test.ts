import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { failed, succeeded } from '../../electron/contract/outcome.ts'
import { LOOPBACK_ROUTES, MAX_MESSAGE_BYTES } from '../../electron/contract/transport.ts'
import type { SourceFacts } from '../../electron/core/ports.ts'
import { createSessions } from '../../electron/loopback/sessions.ts'
import {
  type Answer,
  ask,
  type BrowserSession,
  commandPath,
  exchange,
  type HostSettings,
  pageHeaders,
  sessionHeaders,
  signIn,
  startHost,
} from './loopback-harness.ts'

const ID = '00000000-0000-4000-8000-000000000000'

async function signedIn(settings: HostSettings = {}) {
  const host = await startHost(settings)
  const session = await signIn(host)
  const { origin } = host.server
  const post = (path: string, body: string) =>
    ask(origin, { method: 'POST', path, headers: pageHeaders(origin, session), body })
  return { host, origin, session, post }
}

describe('commands', () => {
  it('passes the input to the handler and its outcome to the page', async () => {
    const seen: unknown[] = []
    const { post } = await signedIn({
      handlers: {
        copyShareLink: async (input) => {
          seen.push(input)
          return succeeded({ isCopied: false })
        },
      },
    })

    const answer = await post(commandPath('copyShareLink'), JSON.stringify({ uploadId: ID }))

    expect(seen).toEqual([{ uploadId: ID }])
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(JSON.parse(answer.body)).toEqual({ ok: true, value: { isCopied: false } })
  })

  it('answers an expected failure as a value', async () => {
    const { post } = await signedIn({
      handlers: {
        openLocalBucket: async () => failed({ kind: 'disk-full', where: 'local-bucket' }),
      },
    })

    const answer = await post(commandPath('openLocalBucket'), '{}')

    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toEqual({
      ok: false,
      failure: { kind: 'disk-full', where: 'local-bucket' },
    })
  })

  it('answers a bug with a reference, never with its message', async () => {
    const { host, post } = await signedIn({
      handlers: {
        openLocalBucket: async () => {
          throw new Error('a private detail')
        },
      },
    })

    const answer = await post(commandPath('openLocalBucket'), '{}')

    expect(JSON.parse(answer.body)).toEqual({
      ok: false,
      failure: { kind: 'internal', reference: expect.any(String) },
    })
    expect(answer.body).not.toContain('private')
    expect(host.logged()).toContain('a private detail')
  })

  it.each(['nosuch', '__proto__', 'constructor', 'toString', '', '../session', 'describeHost/x'])(
    'refuses the command "%s"',
    async (name) => {
      const { post } = await signedIn()

      const answer = await post(commandPath(name), '{}')

      expect(answer.status).toBe(400)
    },
  )

  it.each(['', 'null', '[]', '{"uploadId":"x"}', `{"uploadId":"${ID}","more":1}`, '{', '\u0000'])(
    'refuses the malformed input %j without calling the handler',
    async (body) => {
      let calls = 0
      const { post } = await signedIn({
        handlers: {
          copyShareLink: async () => {
            calls += 1
            return succeeded({ isCopied: true })
          },
        },
      })

      const answer = await post(commandPath('copyShareLink'), body)

      expect([answer.status, calls]).toEqual([400, 0])
    },
  )

  it('has no other routes and methods', async () => {
    const { origin, session, post } = await signedIn()

    const unknown = await post('/api/nothing', '{}')
    const headers = sessionHeaders(session)
    const read = await ask(origin, { path: commandPath('describeHost'), headers })

    expect([unknown.status, read.status, read.headers.allow]).toEqual([404, 405, 'POST'])
  })

  it('holds a page’s request while the core opens, and then answers it', async () => {
    const sessions = createSessions(Date.now)
    const token = sessions.newToken()
    let answering: Promise<Answer> | undefined

    await startHost({
      sessions,
      atOpening: async (origin) => {
        const opened = await exchange(origin, token)
        const [cookie = ''] = (opened.headers['set-cookie']?.[0] ?? '').split(';')
        const { secret } = JSON.parse(opened.body)
        answering = ask(origin, {
          method: 'POST',
          path: commandPath('describeHost'),
          headers: pageHeaders(origin, { cookie, secret }),
          body: '{}',
        })
      },
    })
    const answer = await answering

    expect(answer?.status).toBe(200)
  })
})

describe('oversized messages', () => {
  /** Sends the head, then `body` unchanged, and reads until the host closes the connection. */
  async function sendRaw(
    origin: string,
    session: BrowserSession,
    head: string,
    body: Buffer,
  ): Promise<string> {
    const { host, port } = new URL(origin)
    const socket = connect(Number(port), '127.0.0.1')
    await once(socket, 'connect')
    const headers = Object.entries({ host, ...pageHeaders(origin, session) })
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    socket.write(`POST ${commandPath('syncUploads')} HTTP/1.1\r\n${lines}${head}\r\n\r\n`)
    socket.write(body)
    return text(socket)
  }

  it('are refused by their announced length before any byte is read', async () => {
    const { origin, session } = await signedIn()

    const answer = await sendRaw(
      origin,
      session,
      `content-length: ${MAX_MESSAGE_BYTES + 1}`,
      Buffer.alloc(0),
    )

    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('are refused when they grow too long without announcing it', async () => {
    const { origin, session } = await signedIn()
    const chunk = Buffer.alloc(MAX_MESSAGE_BYTES + 1, 'a')
    const body = Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk])

    const answer = await sendRaw(origin, session, 'transfer-encoding: chunked', body)

    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('do not stop the host from serving others', async () => {
    const { origin, session, post } = await signedIn()
    await sendRaw(origin, session, `content-length: ${MAX_MESSAGE_BYTES + 1}`, Buffer.alloc(0))

    const answer = await post(commandPath('describeHost'), '{}')

    expect(answer.status).toBe(200)
  })
})

describe('files of the page', () => {
  const fact = { name: 'a.txt', byteLength: 3, modifiedAtMs: 5 }

  it('are registered by their facts, without a path', async () => {
    const seen: SourceFacts[] = []
    const { post } = await signedIn({
      registerSources: async (files) => {
        seen.push(...files)
        return [failed({ kind: 'source-unreadable' })]
      },
    })

    const answer = await post(LOOPBACK_ROUTES.registerSources, JSON.stringify({ files: [fact] }))

    expect(seen).toEqual([{ ...fact, path: null }])
    expect(JSON.parse(answer.body)).toEqual({
      ok: true,
      value: [{ ok: false, failure: { kind: 'source-unreadable' } }],
    })
  })

  it.each([
    { files: [] },
    { files: [{ ...fact, path: '/etc/passwd' }] },
    { files: [{ ...fact, byteLength: -1 }] },
    { files: Array.from({ length: 501 }, () => fact) },
    { files: 'x' },
    null,
  ])('are refused when malformed (%#)', async (message) => {
    const { post } = await signedIn()

    const answer = await post(LOOPBACK_ROUTES.registerSources, JSON.stringify(message))

    expect(answer.status).toBe(400)
  })

  it('answer a bug by reference', async () => {
    const { post } = await signedIn({
      registerSources: async () => {
        throw new Error('a private detail')
      },
    })

    const answer = await post(LOOPBACK_ROUTES.registerSources, JSON.stringify({ files: [fact] }))

    expect(JSON.parse(answer.body).failure.kind).toBe('internal')
    expect(answer.body).not.toContain('private')
  })
})
