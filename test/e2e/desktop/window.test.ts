import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeRandomFile } from '../files.ts'
import { freshFerry } from '../fresh-ferry.ts'
import { fakesOf, openFerry } from '../worlds/world.ts'

describe('the window', () => {
  it('is a page on its own origin, with the bridge and without Node', async () => {
    const { page } = await openFerry()

    const seen = await page.page.evaluate(() => ({
      isSecure: isSecureContext,
      isFrozen: Object.isFrozen((window as unknown as { ferry: object }).ferry),
      bridge: Object.keys((window as unknown as { ferry: object }).ferry).sort(),
      ofNode: ['require', 'process', 'module', 'Buffer'].filter((name) => name in window),
    }))

    expect(seen).toEqual({
      isSecure: true,
      isFrozen: true,
      bridge: ['commands', 'inspectFolders', 'notices', 'registerSources'],
      ofNode: [],
    })
    page.expectNoProblems()
  })

  it('has only the permissions that the app grants', async () => {
    const { page } = await openFerry()

    const states = await page.page.evaluate(async () => {
      const names = ['clipboard-write', 'notifications', 'camera', 'microphone', 'geolocation']
      const found = await Promise.all(
        names.map((name) => navigator.permissions.query({ name: name as PermissionName })),
      )
      return found.map(({ state }, index) => `${names[index]}: ${state}`)
    })

    expect(states).toEqual([
      'clipboard-write: granted',
      'notifications: granted',
      'camera: denied',
      'microphone: denied',
      'geolocation: denied',
    ])
  })

  it('stays on its page, and opens no other window', async () => {
    const ferry = await openFerry()
    const { page } = ferry
    const begin = page.button('Try it with a bucket on this computer')
    await begin.waitFor()

    // Runs after the call has returned; otherwise it would wait for the navigation.
    await page.page.evaluate(() => {
      setTimeout(() => {
        location.href = 'https://example.com/'
      })
    })
    const navigations = () =>
      fakesOf(ferry).evaluate(({ BrowserWindow }) => BrowserWindow.refused(), null)
    await expect.poll(navigations).toEqual(['https://example.com/'])
    await page.page.evaluate(() => {
      setTimeout(() => window.open('https://example.org/'))
    })
    await expect.poll(navigations).toEqual(['https://example.com/', 'https://example.org/'])

    expect(new URL(page.page.url()).hostname).toBe('ferry.localhost')
    expect(await fakesOf(ferry).evaluate(({ shell }) => shell.opened, null)).toEqual([])
    await begin.click()
    await page.button('Choose files').waitFor()
  })

  it('opens a share link in the user’s browser', async () => {
    const { ferry, page, folder } = await freshFerry()
    await writeRandomFile(join(folder, 'a.bin'), 10)
    await page.drop([join(folder, 'a.bin')])
    await page.untilStatus('a.bin', 'Done')

    await page.row('a.bin').getByRole('link', { name: 'Open link' }).click()
    const opened = () => fakesOf(ferry).evaluate(({ shell }) => shell.opened, null)

    await expect.poll(opened).toEqual([await page.link('a.bin')])
  })
})

describe('a whole session', () => {
  it('reaches the bucket and no other host', async () => {
    const { ferry, page, folder, store } = await freshFerry()
    await writeRandomFile(join(folder, 'a.bin'), 20 * 1024 * 1024)
    await page.drop([join(folder, 'a.bin')])
    await page.untilStatus('a.bin', 'Done')
    await page.rowButton('a.bin', 'Copy link').click()

    const asked = await fakesOf(ferry).evaluate(
      ({ net, traffic }) => ({
        reached: [...traffic.reached],
        byHost: [...new Set(net.requests.map(({ url = '' }) => new URL(url).origin))],
      }),
      null,
    )

    expect(asked.reached).toEqual([store.endpoint])
    expect(asked.byHost).toEqual([store.endpoint])
  })
})
