import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { succeeded } from '../../../electron/contract/outcome.ts'
import type { HostConnection } from '../../../renderer/bridge/connect.ts'
import { sourceIdOf, uploadRecord } from '../../fakes/upload-records.ts'
import { type AdaptersHost, AdaptersPage } from '../../port-contracts/adapters-page.ts'

declare global {
  interface Window {
    connection: HostConnection
    heard: unknown[]
  }
}

let adapters: AdaptersPage

beforeAll(async () => {
  adapters = await AdaptersPage.open()
})
afterAll(() => adapters.close())

const handlers = {
  listDestinations: async () => succeeded({ destinations: [], selectedId: null, defaultId: null }),
}

/** A page that was opened at the printed address. */
async function connected(host: AdaptersHost): Promise<Page> {
  const page = await adapters.page(`${host.server.origin}/#${host.token}`)
  await connect(page)
  return page
}

async function connect(page: Page): Promise<void> {
  await page.evaluate(async () => {
    window.connection = await window.adapters.connect()
  })
}

const list = (page: Page) =>
  page.evaluate(() => window.connection.bridge.commands.listDestinations({}))
const linkState = (page: Page) => page.evaluate(() => window.connection.link.state())

describe('the bridge over HTTP', () => {
  it('exchanges the token, removes it from the address and reaches the commands', async () => {
    const host = await adapters.serve(handlers)

    const page = await connected(host)

    expect(await list(page)).toEqual({
      ok: true,
      value: { destinations: [], selectedId: null, defaultId: null },
    })
    expect(page.url()).toBe(`${host.server.origin}/`)
    expect(await linkState(page)).toBe('connected')
  })

  it('returns failures as values', async () => {
    const page = await connected(await adapters.serve(handlers))

    const outcome = await page.evaluate(() => window.connection.bridge.commands.openLocalBucket({}))

    expect(outcome).toEqual({ ok: false, failure: { kind: 'wrong-state' } })
  })

  it('knows nothing about folders, because a browser reveals nothing about them', async () => {
    const page = await connected(await adapters.serve(handlers))

    const outcome = await page.evaluate(() =>
      window.connection.bridge.inspectFolders([new File([], 'album'), new File([], 'other')]),
    )

    expect(outcome).toEqual({ ok: true, value: [null, null] })
  })

  it('registers files by name, length and time', async () => {
    const host = await adapters.serve(handlers, {
      registerSources: async (files) =>
        files.map(({ name, byteLength, modifiedAtMs }) =>
          succeeded({
            sourceId: sourceIdOf(1),
            name,
            byteLength,
            modifiedAtMs,
            isDurable: false,
          }),
        ),
    })
    const page = await connected(host)

    const outcome = await page.evaluate(() =>
      window.connection.bridge.registerSources([new File(['four'], 'a.txt', { lastModified: 7 })]),
    )

    expect(outcome).toEqual({
      ok: true,
      value: [
        {
          ok: true,
          value: {
            sourceId: sourceIdOf(1),
            name: 'a.txt',
            byteLength: 4,
            modifiedAtMs: 7,
            isDurable: false,
          },
        },
      ],
    })
  })

  it('delivers notices to listeners until they unsubscribe', async () => {
    const host = await adapters.serve(handlers)
    const page = await connected(host)
    await page.evaluate(() => {
      window.heard = []
      const stop = window.connection.bridge.notices.uploadsChanged(({ uploads }) => {
        window.heard.push(uploads[0]?.name)
        if (window.heard.length === 2) stop()
      })
    })
    const heard = () => page.evaluate(() => window.heard)

    // The stream opens a moment after the page has connected.
    await expect
      .poll(async () => {
        host.notify('uploadsChanged', { uploads: [uploadRecord(1, 5)] })
        return (await heard()).length
      })
      .toBe(2)
    host.notify('uploadsChanged', { uploads: [uploadRecord(2, 5)] })
    host.notify('troublesChanged', { troubles: [] })
    await list(page)

    expect(await heard()).toEqual(['file-1.bin', 'file-1.bin'])
  })

  it('says that the host is gone, and continues when it answers again', async () => {
    const host = await adapters.serve(handlers)
    const page = await connected(host)
    await page.evaluate(() => {
      window.connection.bridge.notices.troublesChanged(() => undefined)
    })
    await list(page)

    await page.context().setOffline(true)
    const whileGone = await list(page)
    const stateWhileGone = await linkState(page)
    await page.context().setOffline(false)
    await expect.poll(() => linkState(page), { timeout: 15_000 }).toBe('connected')

    expect(whileGone).toEqual({ ok: false, failure: { kind: 'host-gone' } })
    expect(stateWhileGone).toBe('gone')
    expect(await list(page)).toMatchObject({ ok: true })
    expect(await page.evaluate(() => window.adapters.linkStates)).toEqual([
      'connected',
      'gone',
      'connected',
    ])
  })

  it('has no session with another run of the host on the same port', async () => {
    const host = await adapters.serve(handlers)
    const page = await connected(host)
    await page.evaluate(() => {
      window.connection.bridge.notices.troublesChanged(() => undefined)
    })
    await list(page)

    await host.server.close()
    await adapters.serve(handlers, { port: host.server.port })

    await expect.poll(() => linkState(page), { timeout: 15_000 }).toBe('signed-out')
  })

  it('continues after a reload, and in another tab, without a secret in any storage', async () => {
    const host = await adapters.serve(handlers)
    const page = await connected(host)

    await page.reload()
    await page.waitForFunction(() => 'adapters' in window)
    await connect(page)
    const tab = await page.context().newPage()
    await tab.goto(host.server.origin)
    await tab.waitForFunction(() => 'adapters' in window)
    await connect(tab)

    expect([await list(page), await list(tab)]).toMatchObject([{ ok: true }, { ok: true }])
    expect(await tab.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0])
    const exported = tab.evaluate(async () => {
      const request = indexedDB.open('ferry')
      const database = await new Promise<IDBDatabase>((resolve) => {
        request.onsuccess = () => resolve(request.result)
      })
      const getting = database.transaction('session').objectStore('session').getAll()
      const [pair] = await new Promise<CryptoKeyPair[]>((resolve) => {
        getting.onsuccess = () => resolve(getting.result)
      })
      if (pair === undefined) throw new TypeError('No key pair')
      return crypto.subtle.exportKey('pkcs8', pair.privateKey)
    })
    await expect(exported).rejects.toThrow('not extractable')
  })

  it('keeps the session of other tabs when a new address is opened', async () => {
    const host = await adapters.serve(handlers)
    const page = await connected(host)
    const tab = await page.context().newPage()

    await tab.goto(`${host.server.origin}/#${host.newToken()}`)
    await tab.waitForFunction(() => 'adapters' in window)
    await connect(tab)

    expect([await list(page), await list(tab)]).toMatchObject([{ ok: true }, { ok: true }])
  })

  it.each(['', '#not-the-token'])('is signed out without a session (%j)', async (fragment) => {
    const host = await adapters.serve(handlers)
    const page = await adapters.page(`${host.server.origin}/${fragment}`)

    await connect(page)
    const outcome = await list(page)

    expect(outcome).toEqual({ ok: false, failure: { kind: 'host-gone' } })
    expect(await linkState(page)).toBe('signed-out')
    expect(page.url()).not.toContain('not-the-token')
  })

  it('accepts a new address in the same tab', async () => {
    const host = await adapters.serve(handlers)
    const page = await adapters.page(`${host.server.origin}/`)
    await connect(page)

    const reloaded = page.waitForEvent('load')
    await page.evaluate((token) => {
      location.hash = token
    }, host.token)
    await reloaded
    await page.waitForFunction(() => 'adapters' in window)
    await connect(page)

    expect(await list(page)).toMatchObject({ ok: true })
  })
})

describe('the bridge of the preload', () => {
  async function overPreload(answer: string): Promise<Page> {
    const host = await adapters.serve()
    const context = await adapters.browser.newContext()
    const page = await context.newPage()
    // A string, because the page has neither this module nor its compiler.
    await page.addInitScript(`
      const call = async () => ${answer}
      const every = new Proxy({}, { get: () => call })
      window.ferry = {
        commands: every,
        notices: new Proxy({}, { get: () => (listener) => { listener({ odd: 1 }); return () => {} } }),
        registerSources: call,
        inspectFolders: call,
      }
    `)
    await page.goto(host.server.origin)
    await page.waitForFunction(() => 'adapters' in window)
    await connect(page)
    return page
  }

  it('is used if there is one', async () => {
    const page = await overPreload(
      '({ ok: true, value: { destinations: [], selectedId: null, defaultId: null } })',
    )

    expect(await list(page)).toEqual({
      ok: true,
      value: { destinations: [], selectedId: null, defaultId: null },
    })
    expect(await linkState(page)).toBe('connected')
  })

  it.each([
    '({ ok: true, value: { destinations: "none" } })',
    '({ ok: false, failure: { kind: "something-new" } })',
    'undefined',
    '{ throw new Error("Error invoking remote method: secret") }',
  ])('rejects answers that do not match the contract: %s', async (answer) => {
    const page = await overPreload(answer.startsWith('{') ? `(() => ${answer})()` : answer)

    const outcome = await list(page)

    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'internal' } })
    expect(JSON.stringify(outcome)).not.toContain('secret')
  })

  it('reports a notice that the contract does not know as a bug', async () => {
    const page = await overPreload('undefined')

    const hearing = page.evaluate(() =>
      window.connection.bridge.notices.troublesChanged(() => window.heard.push('odd')),
    )

    await expect(hearing).rejects.toThrow('does not fit the contract')
  })
})
