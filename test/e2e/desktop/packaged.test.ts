import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { packAllOffline } from '../../desktop/packaged-app.ts'
import { removeFolder } from '../../remove-folder.ts'
import { temporaryFolder } from '../ferry.ts'
import { download, writeRandomFile } from '../files.ts'
import { fakesOf, openFerry } from '../worlds/world.ts'

const MIB = 1024 * 1024
const homepage = 'https://github.com/ferry-example/ferry'

let root: string
/** The main module inside app.asar. */
let plain: string
/** The same for a build that contains its project's address, as the release workflow builds it. */
let released: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ferry-packaged-'))
  const apps = await packAllOffline(root, [{}, { config: { extraMetadata: { homepage } } }])
  const [first = '', second = ''] = apps.map((app) => join(app.asarPath, 'out', 'main', 'index.js'))
  plain = first
  released = second
})

afterAll(() => removeFolder(root))

/** Answers like GitHub: with a redirect to the page of the newest release. */
async function releasesAt(version: string): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(302, { location: `${homepage}/releases/tag/v${version}` }).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

describe('the packaged app', () => {
  it('uploads from inside its archive, and continues after a restart', async () => {
    const first = await openFerry({ bundle: plain })
    await first.page.tryLocalBucket()
    const path = join(await temporaryFolder(), 'film.mov')
    const sha256 = await writeRandomFile(path, 40 * MIB)
    await first.page.drop([path])
    await first.page.untilStatus('film.mov', 'Done')
    const link = await first.page.link('film.mov')
    first.page.expectNoProblems()
    expect(await first.quit()).toBe(0)

    const second = await openFerry({ bundle: plain, dataFolder: first.dataFolder })
    await second.page.untilStatus('film.mov', 'Done')

    expect(await download(link)).toMatchObject({ status: 200, sha256 })
  })

  it('has no developer menu and no development server', async () => {
    const ferry = await openFerry({
      bundle: plain,
      env: { FERRY_DEV_SERVER: 'http://127.0.0.1:1' },
    })
    await ferry.page.tryLocalBucket()

    const menu = await fakesOf(ferry).evaluate(({ Menu }) => JSON.stringify(Menu.template), null)

    expect(menu).not.toContain('toggleDevTools')
    expect(ferry.origin).toBe('http://ferry.localhost')
  })
})

describe('newer releases', () => {
  const question = 'Should Ferry check for new versions?'

  it('are never requested by a build without its project’s address', async () => {
    const { page } = await openFerry({ bundle: plain })
    await page.tryLocalBucket()
    await page.button('More about all destinations').click()
    await page.page.getByRole('menuitem', { name: 'Export settings…' }).waitFor()

    expect(await page.page.getByRole('menuitemcheckbox').count()).toBe(0)
    expect(await page.page.getByText(question).count()).toBe(0)
  })

  it('are requested once the user has agreed, and only from the project', async () => {
    const ferry = await openFerry({
      bundle: released,
      env: { FERRY_TEST_RELEASES: await releasesAt('9.0.0') },
      // The HTTP is real, but goes to this test instead of GitHub.
      beforeReady: ({ net }) => {
        const request = net.request.bind(net)
        net.request = (options) => {
          const isGitHub = String(options.url).startsWith('https://github.com/')
          if (!isGitHub) return request(options)
          net.requests.push(options)
          return request({ ...options, url: process.env.FERRY_TEST_RELEASES ?? '' })
        }
      },
    })
    const { page } = ferry
    await page.tryLocalBucket()
    await page.page.getByText(question).waitFor()
    const outside = () =>
      fakesOf(ferry).evaluate(
        ({ net }) => net.requests.map(({ url }) => String(url)).filter((url) => !/127\./.test(url)),
        null,
      )
    expect(await outside()).toEqual([])

    await page.button('Check once a day').click()

    await expect.poll(outside).toEqual([`${homepage}/releases/latest`])
    const offer = page.page.getByRole('status').filter({ hasText: 'Ferry 9.0.0 is available.' })
    await offer.waitFor()
    await offer.getByRole('link', { name: 'Get it' }).click()
    await expect
      .poll(() => fakesOf(ferry).evaluate(({ shell }) => shell.opened, null))
      .toEqual([`${homepage}/releases/tag/v9.0.0`])
    await page.button('Not now').click()
    await offer.waitFor({ state: 'detached' })
  })
})
