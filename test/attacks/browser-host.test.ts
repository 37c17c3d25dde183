import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import { type CommandName, commands } from '../../electron/contract/commands.ts'
import { LOOPBACK_ROUTES, SESSION_HEADER } from '../../electron/contract/transport.ts'
import { CONTROL_PATH } from '../../electron/loopback/host-control.ts'
import {
  ask,
  browserKey,
  commandPath,
  exchange,
  pageHeaders,
  post,
  type RunningHost,
  sessionHeaders,
  signIn,
  startHost,
} from '../loopback/loopback-harness.ts'
import { attack } from './attack.ts'
import { OTHER_UID, otherUser, runAsOtherUser } from './other-user.ts'

const ALL_COMMANDS = Object.keys(commands) as CommandName[]

/** A connection on which a test sends raw bytes. */
async function rawConnection({ server }: RunningHost): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

async function answerTo(host: RunningHost, head: readonly string[], body = ''): Promise<string> {
  const socket = await rawConnection(host)
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  let answer = ''
  for await (const chunk of socket) answer += chunk
  return answer.split('\r\n')[0] ?? ''
}

attack('origin and session', 'a stolen cookie alone opens nothing', async (log) => {
  const host = await startHost()
  const session = await signIn(host)
  const { origin } = host.server
  const { cookie } = session
  const key = browserKey()

  for (const name of ALL_COMMANDS) {
    const answer = await post(origin, commandPath(name), {}, { cookie })
    log.tried(name, answer.status === 401)
    const guess = { cookie, [SESSION_HEADER]: 'a'.repeat(43) }
    const guessed = await post(origin, commandPath(name), {}, guess)
    log.tried(`${name} with a guessed secret`, guessed.status === 401)
  }
  const stream = await ask(origin, { path: LOOPBACK_ROUTES.notices, headers: { cookie } })
  log.tried('the stream of notices', stream.status === 401)
  const files = await post(origin, LOOPBACK_ROUTES.registerSources, { files: [] }, { cookie })
  log.tried('registering files', files.status === 401)
  const asked = await post(origin, LOOPBACK_ROUTES.challenge, {}, { cookie })
  const { challenge } = JSON.parse(asked.body)
  const proof = { challenge, signature: key.sign(challenge), token: '' }
  const renewed = await post(origin, LOOPBACK_ROUTES.renew, proof, { cookie })
  log.tried('a header secret by a key of its own', renewed.status === 401)
})

attack('origin and session', 'a session is replayed against the next run of Ferry', async (log) => {
  const before = await startHost()
  const session = await signIn(before)
  await before.server.close()
  const after = await startHost({ port: before.server.port })
  const headers = sessionHeaders(session)

  const oldHost = await post(before.server.origin, commandPath('describeHost'), {}, headers)
  log.tried('at the former name', oldHost.status === 421)
  const newHost = await post(after.server.origin, commandPath('describeHost'), {}, headers)
  log.tried('at the new name', newHost.status === 401)
})

attack(
  'origin and session',
  'an address is used a second time, or together with a session',
  async (log) => {
    const host = await startHost()
    const { origin } = host.server
    await exchange(origin, host.token)

    const again = await exchange(origin, host.token)
    log.tried('a second time', again.status === 401)
    const older = host.sessions.newToken()
    await exchange(origin, host.sessions.newToken())
    const superseded = await exchange(origin, older)
    log.tried('after a newer one', superseded.status === 401)
  },
)

attack('origin and session', 'a page asks for a new address as a program would', async (log) => {
  const host = await startHost()
  const { origin } = host.server
  const guesses: Record<string, string>[] = [
    {},
    { 'x-ferry-control': '' },
    { 'x-ferry-control': 'a'.repeat(43) },
  ]

  for (const guess of guesses) {
    const answer = await ask(origin, { method: 'POST', path: CONTROL_PATH, headers: guess })
    log.tried(JSON.stringify(guess), answer.status === 405)
  }
})

attack('origin and session', 'a header occurs twice with different values', async (log) => {
  const host = await startHost()
  const session = await signIn(host)
  const { host: name } = new URL(host.server.origin)
  const fields = Object.entries({ host: name, ...pageHeaders(host.server.origin, session) })
  const lines = fields.map(([field, value]) => `${field}: ${value}`)
  const head = [`POST ${commandPath('describeHost')} HTTP/1.1`, ...lines, 'connection: close']
  const whole = await answerTo(host, [...head, 'content-length: 2'], '{}')
  expect(whole).toBe('HTTP/1.1 200 OK')

  const doubled = [
    ['host: evil.example'],
    [`host: ${name}`],
    ['origin: http://evil.example'],
    [`${SESSION_HEADER}: other`],
    ['sec-fetch-site: cross-site'],
    ['content-type: text/plain'],
  ]
  for (const more of doubled) {
    const status = await answerTo(host, [...head, ...more, 'content-length: 2'], '{}')
    log.tried(more.join(), / 4\d\d /.test(status))
  }
})

attack('requests before a session', 'exchanges of any size are sent', async (log) => {
  const host = await startHost()
  const { host: name } = new URL(host.server.origin)
  const lines = Object.entries(pageHeaders(host.server.origin)).map((each) => each.join(': '))
  const head = [`POST ${LOOPBACK_ROUTES.exchange} HTTP/1.1`, `host: ${name}`, ...lines]

  const announced = await answerTo(host, [...head, `content-length: ${8 * 1024 * 1024}`])
  log.tried('announced', announced === 'HTTP/1.1 413 Payload Too Large')
  const chunk = `2000\r\n${'a'.repeat(0x2000)}\r\n`
  const unannounced = await answerTo(host, [...head, 'transfer-encoding: chunked'], chunk)
  log.tried('unannounced', unannounced === 'HTTP/1.1 413 Payload Too Large')
  const right = await exchange(host.server.origin, host.token)
  expect(right.status).toBe(200)
})

attack('requests before a session', 'many connections are opened and never used', async (log) => {
  const host = await startHost()
  const { host: name } = new URL(host.server.origin)
  const half = `POST ${LOOPBACK_ROUTES.exchange} HTTP/1.1\r\nhost: ${name}\r\ncontent-length: 900\r\n\r\n{`
  const sockets: Socket[] = []
  let closed = 0
  for (let count = 0; count < 120; count += 1) {
    const socket = await rawConnection(host)
    socket.once('close', () => {
      closed += 1
    })
    socket.resume()
    socket.write(half)
    sockets.push(socket)
  }

  // A normal client still gets in afterwards.
  const session = await signIn(host)
  const answer = await post(
    host.server.origin,
    commandPath('describeHost'),
    {},
    sessionHeaders(session),
  )
  await expect.poll(() => closed).toBeGreaterThanOrEqual(120 - 32)

  for (let count = 0; count < 120 - 32; count += 1) log.tried(`connection ${count}`, true)
  log.tried('keeping the browser out', answer.status === 200)
})

attack('requests before a session', 'refused requests fill the log', async (log) => {
  const host = await startHost()
  for (let count = 0; count < 200; count += 1) {
    const answer = await ask(host.server.origin, {
      path: '/api/notices',
      headers: { host: 'evil.example' },
    })
    log.tried(`request ${count}`, answer.status === 421)
  }
  await host.server.close()

  expect(host.logged().length).toBeLessThan(200)
})

attack(
  'origin and session',
  'another user of this computer connects with a valid session',
  async (log, context) => {
    const asOther = otherUser(context)
    // Our Node may be in a folder that other users cannot enter.
    const nodes = [process.execPath, 'node']
    const node = nodes.find((each) => asOther('"$1" --version', each).isDone)
    if (node === undefined) return context.skip('the other user cannot run Node here')
    const host = await startHost()
    const session = await signIn(host)
    const { origin, port } = host.server
    const script = `exec "$1" -e '
      const { request } = require("node:http")
      const [port, headers] = [process.argv[1], JSON.parse(process.argv[2])]
      const asking = request({ host: "127.0.0.1", port, path: "/", headers })
      asking.on("response", ({ statusCode }) => console.log("answered", statusCode))
      asking.on("error", ({ code }) => console.log("closed", code))
      asking.end()
    ' "$2" "$3"`
    const headers = { host: new URL(origin).host, ...sessionHeaders(session) }
    const own = await ask(origin, { path: '/', headers })
    expect(own.status).toBe(200)

    // This process has to answer while the other user's program runs.
    const { stdout } = await runAsOtherUser(
      context,
      script,
      node,
      String(port),
      JSON.stringify(headers),
    )

    log.tried(`user ${OTHER_UID}`, /^closed /.test(stdout))
  },
)
