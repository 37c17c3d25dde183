import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { commands } from '../../electron/contract/commands.ts'
import type { DestinationDraft } from '../../electron/contract/destination-draft.ts'
import { LOOPBACK_ROUTES, SESSION_HEADER } from '../../electron/contract/transport.ts'
import { type Child, ROOT, runNode } from '../e2e/child.ts'
import { TYPED_KEYS } from '../fakes/typed-keys.ts'

export interface BenchFerry {
  readonly child: Child
  readonly url: string
}

/** The real host in a process of its own, serving a page that uploads to the discarding store. */
export async function startBenchFerry(dataFolder: string, pageFolder: string): Promise<BenchFerry> {
  const child = runNode([join(ROOT, 'test/bench/host.ts'), dataFolder, pageFolder])
  const line = await child.untilPrinted(/Ferry is ready at http:\S+/)
  return { child, url: line.slice('Ferry is ready at '.length) }
}

/** Opens the window and connects the store as a destination. */
export async function connectStore(page: Page, url: string, endpoint: string): Promise<void> {
  let secret = ''
  page.on('request', (request) => {
    secret = request.headers()[SESSION_HEADER] ?? secret
  })
  await page.goto(url)
  await page.getByRole('button', { name: 'Connect a bucket' }).waitFor()
  const draft: DestinationDraft = {
    ...TYPED_KEYS,
    destinationId: null,
    name: 'Discard',
    provider: 'other',
    endpoint,
    region: 'local',
    bucket: 'discard',
    prefix: '',
    pathStyle: true,
    accessKeyId: 'AKIAAAAAAAAAAAAAAAAA',
    secretAccessKey: 'a'.repeat(40),
    sessionToken: '',
    keepSecret: false,
  }
  const path = `${LOOPBACK_ROUTES.commandPrefix}${'saveDestination' satisfies keyof typeof commands}`
  const status = await page.evaluate(
    async ([route, body, header, value]) => {
      const headers = { 'content-type': 'application/json', [header]: value }
      return (await fetch(route, { method: 'POST', headers, body })).status
    },
    [path, JSON.stringify(draft), SESSION_HEADER, secret] as const,
  )
  if (status !== 200) throw new Error(`The host refused the destination with ${status}`)
}
