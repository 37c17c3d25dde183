import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { OpenFerry } from './worlds/open-ferry.ts'

/** The page's complete heap after a garbage collection, as one text. */
export async function heapOf(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page)
  const chunks: string[] = []
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk))
  await session.send('HeapProfiler.enable')
  // Each collects garbage first; objects that a finalizer kept alive are gone the second time.
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  await session.detach()
  return chunks.join('')
}

/** Everything that the page has stored in the browser, as one text. */
export async function storageOf(page: Page): Promise<string> {
  const inPage = await page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    databases: await indexedDB.databases(),
    caches: 'caches' in window ? await caches.keys() : [],
    inputs: [...document.querySelectorAll('input, textarea')].map(
      (field) => (field as HTMLInputElement).value,
    ),
  }))
  return JSON.stringify({ inPage, cookies: await page.context().cookies() })
}

/** Everything that the host has written outside its vault: its log, its output and its settings. */
export async function writtenBy({
  dataFolder,
  output,
}: Pick<OpenFerry, 'dataFolder' | 'output'>): Promise<string> {
  const logs = join(dataFolder, 'logs')
  const paths = [join(dataFolder, 'settings.json')]
  for (const name of await readdir(logs)) paths.push(join(logs, name))
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')))
  return [...texts, output()].join('\n')
}
