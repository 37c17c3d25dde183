import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ForwardProxy } from '../../fakes/forward-proxy.ts'
import { freePort, startBucket, temporaryFolder } from '../ferry.ts'
import { download, writeRandomFile } from '../files.ts'
import { freshFerry, MIB } from '../fresh-ferry.ts'
import { fakesOf, type OpenFerry, openFerry } from '../worlds/world.ts'

interface Address {
  readonly host: string
  readonly port: number
}

/** Sets the proxy of the system settings for every request from now on. */
const setProxy = (ferry: OpenFerry, proxy: Address | null) =>
  fakesOf(ferry).evaluate(({ netControl }, given) => {
    netControl.proxy = given
  }, proxy)

/** A bucket in a process of its own, because requests to the built-in one use no proxy. */
async function connected() {
  const ferry = await openFerry()
  const bucket = await startBucket({ folder: await temporaryFolder() })
  await ferry.page.connect(bucket)
  return { ferry, page: ferry.page, folder: await temporaryFolder() }
}

async function withPassword(login: string): Promise<ForwardProxy> {
  const proxy = await ForwardProxy.start()
  onTestFinished(() => proxy.close())
  proxy.login = login
  return proxy
}

/** The window that asks for credentials, once it is open. */
async function prompt({ page }: OpenFerry): Promise<Page> {
  const pages = () => page.page.context().pages()
  const isPrompt = (each: Page) => each.url().startsWith('data:')
  await expect.poll(() => pages().some(isPrompt)).toBe(true)
  const found = pages().find(isPrompt)
  if (found === undefined) throw new Error('The window that asks is gone')
  await found.getByRole('heading', { name: 'The proxy asks for a password' }).waitFor()
  return found
}

async function enter(asked: Page, username: string, password: string): Promise<void> {
  const closed = asked.waitForEvent('close')
  await asked.getByRole('textbox', { name: 'User name' }).fill(username)
  await asked.getByRole('textbox', { name: 'Password' }).fill(password)
  // The window may be closed before the click has finished.
  const click = asked.getByRole('button', { name: 'Continue' }).click()
  await Promise.all([click.catch(() => undefined), closed])
}

const contentOf = async (page: OpenFerry['page'], name: string) =>
  (await download(await page.link(name))).sha256

const needsYou = (page: OpenFerry['page'], name: string, words: string) =>
  page.row(name).getByText(words).waitFor()

describe('a proxy that wants a password', () => {
  it('is answered after one prompt, for the page and for the host, and prompts again if it was wrong', async () => {
    const { ferry, page, folder } = await connected()
    const proxy = await withPassword('ada:secret')
    await setProxy(ferry, proxy.address)
    const sha256 = await writeRandomFile(join(folder, 'a.bin'), 12 * MIB)

    await page.drop([join(folder, 'a.bin')])
    await enter(await prompt(ferry), 'ada', 'guess')
    const again = await prompt(ferry)
    await again.getByRole('alert').getByText('did not accept').waitFor()
    await enter(again, 'ada', 'secret')
    await page.untilStatus('a.bin', 'Done')

    const windows = await fakesOf(ferry).evaluate(
      ({ FakeWindow }) => FakeWindow.opened.length,
      null,
    )
    const passed = proxy.seen.filter(({ status }) => status === 200).map(({ line }) => line)
    expect(windows).toBe(3)
    expect(passed.some((line) => line.startsWith('PUT '))).toBe(true)
    expect(passed.some((line) => line.startsWith('HEAD '))).toBe(true)
    expect(await contentOf(page, 'a.bin')).toBe(sha256)
    expect(ferry.output()).not.toContain('secret')
  })

  it('is reported if the user declines, and is answered when they want to', async () => {
    const { ferry, page, folder } = await connected()
    const proxy = await withPassword('ada:secret')
    await setProxy(ferry, proxy.address)
    await writeRandomFile(join(folder, 'a.bin'), MIB)
    await writeRandomFile(join(folder, 'b.bin'), MIB)

    await page.drop([join(folder, 'a.bin'), join(folder, 'b.bin')])
    // The window may be closed before the key is released.
    await (await prompt(ferry)).keyboard.down('Escape').catch(() => undefined)
    await needsYou(page, 'a.bin', 'The proxy asks for a password.')
    await needsYou(page, 'b.bin', 'The proxy asks for a password.')
    await page.rowButton('a.bin', 'Enter password').click()
    await enter(await prompt(ferry), 'ada', 'secret')

    await page.untilStatus('a.bin', 'Done')
    await page.untilStatus('b.bin', 'Done')
  })
})

describe('a proxy that fails', () => {
  it('is named, and the upload continues when it is back', async () => {
    const { ferry, page, folder } = await connected()
    await setProxy(ferry, { host: '127.0.0.1', port: await freePort() })
    await writeRandomFile(join(folder, 'a.bin'), MIB)

    await page.drop([join(folder, 'a.bin')])
    await needsYou(page, 'a.bin', 'The proxy that this computer is set to use cannot be reached')
    await setProxy(ferry, null)

    await page.untilStatus('a.bin', 'Done')
  })
})

describe('the network', () => {
  it('may fail with any error name, even an unknown one, and uploads continue', async () => {
    const { ferry, page, folder } = await freshFerry()
    const names = ['ERR_NETWORK_IO_SUSPENDED', 'ERR_HTTP2_PROTOCOL_ERROR', 'ERR_OF_NEXT_YEAR']

    for (const name of names) {
      const sha256 = await writeRandomFile(join(folder, `${name}.bin`), MIB)
      await fakesOf(ferry).evaluate(({ netControl }, netName) => {
        netControl.failNext(netName, { times: 4 })
      }, name)
      await page.drop([join(folder, `${name}.bin`)])
      await page.untilStatus(`${name}.bin`, 'Done')

      expect(await contentOf(page, `${name}.bin`)).toBe(sha256)
    }
  })
})
