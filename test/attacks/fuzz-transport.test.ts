import { once } from 'node:events'
import { connect } from 'node:net'
import { expect } from 'vitest'
import { commands } from '../../electron/contract/commands.ts'
import { LOOPBACK_ROUTES } from '../../electron/contract/transport.ts'
import {
  ask,
  commandPath,
  pageHeaders,
  type Question,
  type RunningHost,
  signIn,
  startHost,
} from '../loopback/loopback-harness.ts'
import { attack } from './attack.ts'

const MIB = 1024 * 1024
const DEEP = 100_000

/** Bodies that could confuse a parser, a schema or a handler. */
const BODIES: Readonly<Record<string, string>> = {
  nothing: '',
  'a blank': ' ',
  'half an object': '{',
  'half a text': '{"a":"',
  null: 'null',
  true: 'true',
  'a text': '"x"',
  'a list': '[]',
  'no number': '{"a":NaN}',
  'a number without end': '{"a":1e999}',
  'two objects': '{}{}',
  'a byte order mark': '\uFEFF{}',
  'a lone surrogate': '{"a":"\\ud800"}',
  'a prototype': '{"__proto__":{"isAdmin":true}}',
  'a constructor': '{"constructor":{"prototype":{"isAdmin":true}}}',
  'one name twice': '{"uploadId":1,"uploadId":{}}',
  'deep lists': '['.repeat(DEEP) + ']'.repeat(DEEP),
  'deep objects': `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
  'lists that do not end': '['.repeat(DEEP),
  'many names': `{${Array.from({ length: 50_000 }, (_, n) => `"n${n}":1`).join(',')}}`,
  'a long text': `{"uploadId":"${'x'.repeat(MIB)}"}`,
  'a comment': '{/**/}',
  XML: '<?xml version="1.0"?><a/>',
}

const TYPES = [
  'text/plain',
  'text/json',
  'application/jsonp',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=a',
  'application/xml',
  ', application/json',
]

const PATHS = [
  ...['__proto__', 'constructor', 'toString', '', '..', '%2e%2e', '.', 'a/b', 'signParts/', '%00'],
  ...['SIGNPARTS', 'signParts%20', 'registerSources', '*', 'sign Parts'.replace(' ', '+')],
].map(commandPath)

interface Asked {
  readonly host: RunningHost
  /** Zero if the host closed the connection instead. */
  readonly statusOf: (question: Question) => Promise<number>
  readonly headers: Record<string, string>
}

async function session(): Promise<Asked> {
  const host = await startHost()
  const { origin } = host.server
  const headers = pageHeaders(origin, await signIn(host))
  const statusOf = (question: Question) =>
    ask(origin, question).then(
      ({ status }) => status,
      () => 0,
    )
  return { host, statusOf, headers }
}

/** Our own page is still served: the scripted handler answers its requests. */
async function isAlive({ statusOf, headers }: Asked): Promise<boolean> {
  const path = commandPath('describeHost')
  return (await statusOf({ method: 'POST', path, headers, body: '{}' })) === 200
}

/** Sends a request whose body the host may stop reading at any time, and returns the status. */
async function startOf(
  { server }: RunningHost,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<number> {
  const socket = connect(server.port, '127.0.0.1')
  // The host closes the connection without reading the rest.
  socket.on('error', () => undefined)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const host = `host: ${new URL(server.origin).host}\r\n`
  socket.write(`POST ${path} HTTP/1.1\r\n${host}${lines.join('')}\r\n${body}`)
  const [answer] = await once(socket, 'data')
  socket.destroy()
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(String(answer))?.[1])
}

attack('commands', 'a body that is not one of our messages is refused', async ({ tried }) => {
  const asked = await session()
  const { host, statusOf, headers } = asked
  // `{}` in another encoding is a valid message for commands without input.
  const names = Object.keys(commands).filter((name) => {
    const { input } = commands[name as keyof typeof commands]
    return !input.safeParse({}).success
  })
  const paths = [...names.slice(0, 6).map(commandPath), LOOPBACK_ROUTES.registerSources]
  for (const path of paths) {
    for (const [title, body] of Object.entries(BODIES)) {
      const status = await statusOf({ method: 'POST', path, headers, body })
      tried(`${path} with ${title}: ${status}`, status === 400)
    }
    for (const type of TYPES) {
      const typed = { ...headers, 'content-type': type }
      const status = await statusOf({ method: 'POST', path, headers: typed, body: '{}' })
      tried(`${path} as ${type}: ${status}`, status === 415)
    }
  }

  expect(await isAlive(asked)).toBe(true)
  expect(host.logged()).not.toContain('Unexpected error')
})

attack('commands', 'a body of sixteen megabytes is not read', async ({ tried }) => {
  const asked = await session()
  const { host, headers } = asked
  for (const path of [commandPath('signParts'), LOOPBACK_ROUTES.registerSources]) {
    const announced = { ...headers, 'content-length': String(16 * MIB) }
    const announcedStatus = await startOf(host, path, announced, '{"uploadId":"')
    tried(`${path}, announced: ${announcedStatus}`, announcedStatus === 413)
    const chunked = { ...headers, 'transfer-encoding': 'chunked' }
    const piece = `100000\r\n${'x'.repeat(MIB)}\r\n`
    const chunkedStatus = await startOf(host, path, chunked, piece.repeat(16))
    tried(`${path}, in chunks: ${chunkedStatus}`, chunkedStatus === 413)
  }

  expect(await isAlive(asked)).toBe(true)
})

attack('commands', 'a route that does not exist is refused', async ({ tried }) => {
  const asked = await session()
  const { host, statusOf, headers } = asked
  for (const path of PATHS) {
    const status = await statusOf({ method: 'POST', path, headers, body: '{}' })
    tried(`POST ${path}: ${status}`, status >= 400 && status < 500)
  }
  for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']) {
    const status = await statusOf({ method, path: commandPath('describeHost'), headers })
    tried(`${method}: ${status}`, status >= 400 && status < 500)
  }

  expect(await isAlive(asked)).toBe(true)
  expect(host.logged()).not.toContain('Unexpected error')
})
