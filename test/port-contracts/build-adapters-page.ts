import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** Bundles the page that holds the adapters under test into `folder`. */
export async function buildAdaptersPage(folder: string): Promise<void> {
  await build({
    configFile: false,
    root: fileURLToPath(new URL('page', import.meta.url)),
    base: './',
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: false, target: 'chrome150', minify: false },
  })
}
