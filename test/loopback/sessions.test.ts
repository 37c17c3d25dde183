import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LOOPBACK_ROUTES } from '../../electron/contract/transport.ts'
import { openSessions } from '../../electron/loopback/sessions.ts'
import {
  ask,
  commandPath,
  pageHeaders,
  type RunningHost,
  sharedBitsOf,
  signIn,
  startHost,
  temporaryFolder,
} from './loopback-harness.ts'

const DAY_MS = 24 * 60 * 60 * 1000

function exchange({ server }: RunningHost, token: string, cookie?: string) {
  return ask(server.port, {
    method: 'POST',
    path: LOOPBACK_ROUTES.exchange,
    headers: pageHeaders(server.port, cookie),
    body: JSON.stringify({ token }),
  })
}

describe('the printed address', () => {
  it('opens a session whose cookie no script, no other site and no other port can use', async () => {
    const host = await startHost()

    const answer = await exchange(host, host.sessions.token)

    expect(answer.status).toBe(204)
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(
        new RegExp(
          `^ferry-session-${host.server.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/; Max-Age=2592000$`,
        ),
      ),
    ])
  })

  it('works once: a second browser is told what to do', async () => {
    const host = await startHost()
    await exchange(host, host.sessions.token)

    const second = await exchange(host, host.sessions.token)

    expect(second.status).toBe(401)
    expect(second.headers['set-cookie']).toBeUndefined()
    expect(JSON.parse(second.body)).toEqual({
      refused: 'This address was used before. Start Ferry again for a new one.',
    })
  })

  it('may be opened again in the browser that has the session', async () => {
    const host = await startHost()
    const cookie = await signIn(host)

    const second = await exchange(host, host.sessions.token, cookie)

    expect(second.status).toBe(204)
  })

  it.each(['', 'wrong', 'a'.repeat(43)])(
    'refuses the token "%s" and keeps the right one good',
    async (token) => {
      const host = await startHost()

      const wrong = await exchange(host, token)
      const right = await exchange(host, host.sessions.token)

      expect([wrong.status, right.status]).toEqual([401, 204])
    },
  )

  it.each(['null', '{}', '{"token":1}', '{"token":"a","more":1}', '[', 'x'])(
    'refuses the malformed exchange %s',
    async (body) => {
      const { server } = await startHost()

      const answer = await ask(server.port, {
        method: 'POST',
        path: LOOPBACK_ROUTES.exchange,
        headers: pageHeaders(server.port),
        body,
      })

      expect(answer.status).toBe(400)
    },
  )
})

describe('a session', () => {
  it('outlives a restart of the host on the same port', async () => {
    const dataFolder = await temporaryFolder()
    const before = await startHost({ dataFolder })
    const cookie = await signIn(before)
    await before.server.close()

    const after = await startHost({ dataFolder, port: before.server.port })
    const answer = await ask(after.server.port, {
      method: 'POST',
      path: commandPath('describeHost'),
      headers: pageHeaders(after.server.port, cookie),
      body: '{}',
    })

    expect(answer.status).toBe(200)
  })

  it('is on the disk as a hash that only this user can read', async () => {
    const dataFolder = await temporaryFolder()
    const host = await startHost({ dataFolder })
    const cookie = await signIn(host)

    const file = join(dataFolder, 'sessions.json')
    const kept = await readFile(file, 'utf8')
    const shared = sharedBitsOf(await stat(file))

    expect(kept).not.toContain(cookie.split('=')[1])
    expect(kept).not.toContain(host.sessions.token)
    expect(shared).toBe(0)
    expect(await readdir(dataFolder)).toEqual(['sessions.json'])
  })

  it('ends after thirty days', async () => {
    let nowMs = 1_000
    const sessions = openSessions(await temporaryFolder(), () => nowMs)
    const secret = sessions.exchange(sessions.token) ?? ''

    nowMs += 29 * DAY_MS
    const isOpenBefore = sessions.isOpen(secret)
    nowMs += DAY_MS
    const isOpenAfter = sessions.isOpen(secret)

    expect([isOpenBefore, isOpenAfter]).toEqual([true, false])
  })

  it('costs a new sign-in, no more, when its file is damaged', async () => {
    const dataFolder = await temporaryFolder()
    await writeFile(join(dataFolder, 'sessions.json'), '{"not":"a list"')

    const sessions = openSessions(dataFolder, Date.now)
    const secret = sessions.exchange(sessions.token) ?? ''

    expect(sessions.isOpen(secret)).toBe(true)
  })
})
