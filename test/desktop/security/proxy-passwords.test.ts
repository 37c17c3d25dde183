import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { AuthInfo } from 'electron'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Json } from '../../../electron/core/ports.ts'
import { netStoreHttp } from '../../../electron/desktop/protocols/net-store-http.ts'
import { askProxyPasswordInWindow } from '../../../electron/desktop/security/proxy-password-window.ts'
import {
  answerProxies,
  type ProxyAnswer,
  type ProxyLogin,
  ProxyPasswords,
  type ProxyQuestion,
} from '../../../electron/desktop/security/proxy-passwords.ts'
import { safeStorageVault } from '../../../electron/desktop/security/safe-storage-vault.ts'
import {
  app,
  FakeSession,
  FakeWindow,
  net,
  netControl,
  safeStorage,
  standIn,
} from '../../fakes/electron.ts'
import { ForwardProxy } from '../../fakes/forward-proxy.ts'

type Answer = ProxyAnswer | null

let asked: ProxyQuestion[]
let answers: Answer[]
let values: Map<string, Json>
let passwords: ProxyPasswords

const settings = {
  get: (key: string) => values.get(key),
  set: (key: string, value: Json) => void values.set(key, value),
  delete: (key: string) => void values.delete(key),
}
const PROXY = { host: 'proxy.office', port: 3128, realm: 'office' }
const RIGHT = { username: 'ada', password: 'secret', isToKeep: false }
const WRONG = { username: 'ada', password: 'guess', isToKeep: false }

const start = () =>
  new ProxyPasswords({
    settings,
    vault: safeStorageVault({ safeStorage, platform: 'linux' }),
    ask: async (question) => {
      asked.push(question)
      return answers.shift() ?? 'declined'
    },
  })

beforeEach(() => {
  asked = []
  answers = []
  values = new Map()
  passwords = start()
})

afterEach(() => {
  safeStorage.reset()
  netControl.reset()
  app.reset()
  FakeWindow.opened.length = 0
})

describe('the password of a proxy', () => {
  it('is asked for once, for all waiting and later requests', async () => {
    answers = [RIGHT]

    const waiting = await Promise.all([1, 2, 3].map(() => passwords.answer(PROXY, null)))
    const later = await passwords.answer(PROXY, null)

    const login = { username: 'ada', password: 'secret' }
    expect([...waiting, later]).toEqual([login, login, login, login])
    expect(asked).toEqual([{ ...PROXY, username: '', isWrong: false, mayKeep: true }])
  })

  it('is asked for again when the proxy refuses it, but only once', async () => {
    answers = [WRONG, RIGHT]
    const [one, other] = [await passwords.answer(PROXY, null), await passwords.answer(PROXY, null)]

    const again = await passwords.answer(PROXY, one)
    const late = await passwords.answer(PROXY, other)

    expect([again?.password, late?.password]).toEqual(['secret', 'secret'])
    expect(asked.map(({ isWrong, username }) => [isWrong, username])).toEqual([
      [false, ''],
      [true, 'ada'],
    ])
  })

  it('is not asked for again once the user declined, until the user acts', async () => {
    answers = [null, null, RIGHT]
    const declined = [await passwords.answer(PROXY, null), await passwords.answer(PROXY, null)]
    passwords.mayAskAgain()
    await passwords.answer(PROXY, null)

    const entered = await passwords.enter()

    expect(declined).toEqual([null, null])
    expect(entered).toEqual({ ok: true, value: {} })
    expect(asked).toHaveLength(3)
    expect(await passwords.answer(PROXY, null)).toMatchObject({ password: 'secret' })
  })

  it('is asked for as soon as there is a window if a request came earlier', async () => {
    answers = ['nobody-there', RIGHT]
    const early = await passwords.answer(PROXY, null)

    const later = await passwords.answer(PROXY, null)

    expect([early, later?.password]).toEqual([null, 'secret'])
  })

  it('can be entered only after a proxy has asked', async () => {
    const early = await passwords.enter()
    await passwords.answer(PROXY, null)
    const refused = await passwords.enter()

    expect(early).toEqual({ ok: false, failure: { kind: 'wrong-state' } })
    expect(refused).toEqual({ ok: false, failure: { kind: 'not-confirmed' } })
  })

  it('is stored in the system’s key store if the user wishes, and never in plain text', async () => {
    answers = [{ ...RIGHT, isToKeep: true }]
    await passwords.answer(PROXY, null)
    const stored = JSON.stringify([...values])

    const next = await start().answer(PROXY, null)

    expect(next).toEqual({ username: 'ada', password: 'secret' })
    expect(asked).toHaveLength(1)
    expect(stored).toContain('ada')
    expect(stored).not.toContain('secret')
  })

  it('is forgotten when the stored one is wrong', async () => {
    answers = [{ ...WRONG, isToKeep: true }, RIGHT]
    await passwords.answer(PROXY, null)
    const later = start()
    const kept = await later.answer(PROXY, null)

    const entered = await later.answer(PROXY, kept)

    expect(entered?.password).toBe('secret')
    expect(asked.at(-1)).toMatchObject({ isWrong: true, username: 'ada' })
    expect(values.get('proxyPasswords')).toEqual({})
  })

  it('is not offered to be stored where there is no safe place', async () => {
    safeStorage.change({ backend: 'hard-coded' })
    answers = [{ ...RIGHT, isToKeep: true }]

    await passwords.answer(PROXY, null)

    expect(asked[0]?.mayKeep).toBe(false)
    expect(values.size).toBe(0)
  })
})

describe('the page’s requests', () => {
  const challenge = (url: string, firstAuthAttempt: boolean, isProxy = true) => {
    const given: unknown[][] = []
    let isPrevented = false
    const event = {
      preventDefault: () => {
        isPrevented = true
      },
    }
    const details = { url, firstAuthAttempt, pid: 1, isRequestForNavigation: false }
    const info = { ...PROXY, isProxy, scheme: 'basic' }
    app.emit('login', event, null, details, info, (...args: unknown[]) => given.push(args))
    return { given, isPrevented: () => isPrevented }
  }

  beforeEach(() => answerProxies(standIn(app), passwords))

  it('are answered with it, even a second time, and with nothing once declined', async () => {
    answers = [WRONG, RIGHT, null]

    const first = challenge('https://store/1', true)
    await vi.waitFor(() => expect(first.given).toEqual([['ada', 'guess']]))
    const second = challenge('https://store/1', false)
    await vi.waitFor(() => expect(second.given).toEqual([['ada', 'secret']]))
    const third = challenge('https://store/1', false)
    await vi.waitFor(() => expect(third.given).toEqual([[]]))

    expect(first.isPrevented()).toBe(true)
  })

  it('do not answer the challenge of a server', () => {
    const { given, isPrevented } = challenge('https://store/1', true, false)

    expect([given, isPrevented(), asked]).toEqual([[], false, []])
  })
})

describe("the SDK's requests", () => {
  const closers: (() => unknown)[] = []
  let proxy: ForwardProxy

  interface Handler {
    readonly handle: (
      request: object,
    ) => Promise<{ response: { statusCode: number; body: Readable } }>
  }

  beforeEach(async () => {
    proxy = await ForwardProxy.start()
    proxy.login = 'ada:secret'
    netControl.proxy = proxy.address
  })

  afterEach(async () => {
    for (const close of closers.splice(0)) await close()
    await proxy.close()
  })

  const listening = async (listener: RequestListener) => {
    const server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    closers.push(() => {
      server.closeAllConnections()
      server.close()
    })
    return (server.address() as AddressInfo).port
  }

  const send = async (port: number, idleMs = 2000) => {
    const onTheWay = {
      proxyLogin: (info: AuthInfo, refused: ProxyLogin | null) =>
        passwords.answer({ host: info.host, port: info.port, realm: info.realm }, refused),
      certificateRefused: () => undefined,
      failed: () => undefined,
    }
    const session = standIn<Electron.Session>(new FakeSession())
    const http = netStoreHttp(standIn(net), session, onTheWay)
    const handler = http({ connectMs: 10, idleMs }) as Handler
    const place = { protocol: 'http:', hostname: '127.0.0.1', port, path: '/', query: {} }
    const { response } = await handler.handle({ method: 'GET', ...place, headers: {} })
    return text(response.body)
  }

  it('pass a proxy with the password in any session, after one question', async () => {
    const port = await listening((_request, response) => void response.end('stored'))
    answers = [WRONG, RIGHT]

    const heard = [await send(port), await send(port)]

    expect(heard).toEqual(['stored', 'stored'])
    expect(asked).toHaveLength(2)
  })

  it('wait for the user as long as it takes', async () => {
    const port = await listening((_request, response) => void response.end('stored'))
    const typed = Promise.withResolvers<void>()
    const slow = vi.spyOn(passwords, 'answer').mockImplementation(async () => {
      await typed.promise
      return { username: 'ada', password: 'secret' }
    })

    const sending = send(port, 40)
    await expect.poll(() => slow.mock.calls.length).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 90))
    typed.resolve()

    expect(await sending).toBe('stored')
  })

  it('fail normally when the user has no password', async () => {
    const port = await listening((_request, response) => void response.end('stored'))

    await expect(send(port)).rejects.toThrow('net::ERR_PROXY_AUTH_REQUESTED')
  })

  it('do not answer a store’s own 401', async () => {
    netControl.proxy = null
    const port = await listening((_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="in"' }).end('no')
    })

    expect(await send(port)).toBe('no')
    expect(asked).toEqual([])
  })
})

describe('the password window', () => {
  const QUESTION: ProxyQuestion = {
    ...PROXY,
    realm: '<b>office</b>',
    username: 'ada "l"',
    isWrong: true,
    mayKeep: true,
  }
  const parent = new FakeWindow()
  const prompt = (run: (window: FakeWindow) => unknown, question = QUESTION) => {
    FakeWindow.events.once('opened', (window: FakeWindow) => {
      window.webContents.runScript = () => run(window)
    })
    return askProxyPasswordInWindow(() => standIn(parent))(question)
  }
  const opened = () => FakeWindow.opened.at(-1)
  const html = () =>
    Buffer.from(String(opened()?.loaded[0]).split('base64,')[1] ?? '', 'base64').toString()

  it('is modal, has no preload and nothing of the page, and closes afterwards', async () => {
    const answer = await prompt(() => RIGHT)

    expect(answer).toEqual(RIGHT)
    expect(opened()?.options).toMatchObject({ parent, modal: true })
    expect(opened()?.options.webPreferences).toMatchObject({ sandbox: true, devTools: false })
    expect(opened()?.options.webPreferences).not.toHaveProperty('preload')
    expect(opened()?.isGone).toBe(true)
  })

  it("shows a proxy's text as text, and loads nothing", async () => {
    await prompt(() => null)

    expect(html()).toContain('proxy.office:3128')
    expect(html()).toContain('&#60;b&#62;office&#60;/b&#62;')
    expect(html()).toContain('value="ada &#34;l&#34;"')
    expect(html()).toContain("default-src 'none'")
    expect(html()).toMatch(/role="alert".*did not accept/)
    expect(html()).toContain('id="keep"')
  })

  it('shows the hidden window that it belongs to', async () => {
    parent.hide()

    await prompt(() => null)

    expect(parent.isVisible()).toBe(true)
  })

  it('declines on Cancel, on closing, and without a name', async () => {
    const cancelled = await prompt(() => null)
    const closed = await prompt((window) => {
      setImmediate(() => window.close())
      return new Promise(() => undefined)
    })
    const empty = await prompt(() => ({ ...RIGHT, username: '' }))
    const alone = await askProxyPasswordInWindow(() => null)(QUESTION)

    expect([cancelled, closed, empty]).toEqual(['declined', 'declined', 'declined'])
    expect(alone).toBe('nobody-there')
  })
})
