import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { launchChromium } from '../../../scripts/chromium.ts'
import { startBucket, startFerry, temporaryFolder } from '../../e2e/ferry.ts'
import { argsBehind, FerryPage } from '../../e2e/ferry-page.ts'
import { startProxy } from '../../e2e/fresh-ferry.ts'
import { attack } from '../attack.ts'

/** The name is never resolved: all requests go to the proxy. */
const ELSEWHERE = 'attacker.test'

async function ferryWithProxiedBucket() {
  const ferry = await startFerry()
  const proxy = await startProxy()
  const allowedOrigin = new URL(ferry.url).origin
  const bucket = await startBucket({ folder: await temporaryFolder(), allowedOrigin })
  const browser = await launchChromium({ args: argsBehind(proxy.address, ferry.port) })
  onTestFinished(() => browser.close())
  const page = await FerryPage.open(browser, ferry.url)
  await page.connect(bucket)
  return { proxy, page }
}

for (const status of [307, 308]) {
  attack(
    'hostile store',
    `a part does not follow a redirect with status ${status}`,
    async ({ tried }) => {
      const { proxy, page } = await ferryWithProxiedBucket()
      const location = `http://${ELSEWHERE}/files/stolen.txt`
      const headers = { location, 'access-control-allow-origin': '*' }
      const answer = { name: 'redirect', status, headers, body: '' }
      proxy.setRule(({ operation, from }) =>
        operation === 'PutObject' && from === 'page'
          ? { kind: 'answer', answer }
          : { kind: 'pass' },
      )
      const path = join(await temporaryFolder(), 'secret.txt')
      await writeFile(path, 'the secret')

      await page.drop([path])
      await page.untilStatus('secret.txt', 'Action needed')

      const puts = proxy.seen.filter((each) => each.from === 'page' && each.method === 'PUT')
      tried(`${status}`, !proxy.seen.some(({ host }) => host.includes(ELSEWHERE)))
      // Retried once by a new worker, which certainly has the current policy; then never again.
      expect(puts.length).toBeLessThanOrEqual(2)
      expect(await page.row('secret.txt').textContent()).toMatch(
        /The store redirects Ferry to another address, which is not part of this connection\./,
      )
    },
  )
}
