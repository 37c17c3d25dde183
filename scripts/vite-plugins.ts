import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/**
 * Adds the hash of every script and style sheet to `index.html`, so that a browser runs only what
 * was built: w3.org/TR/sri-2. The bundle is a single script, because imported scripts cannot have a
 * hash.
 */
export function scriptIntegrity(): Plugin {
  return {
    name: 'ferry:script-integrity',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      // Vite's own plugin emits the page in the same hook, so this must run after it.
      order: 'post',
      handler(_options, bundle) {
        const page = bundle['index.html']
        if (page?.type !== 'asset') return
        page.source = String(page.source).replaceAll(
          /<(?:script|link rel="stylesheet")[^>]* (?:src|href)="\.\/([^"]+)"/g,
          (tag, name: string) => {
            const file = bundle[name]
            if (file === undefined) this.error(`${name} is in index.html and not in the bundle`)
            const contents = file.type === 'chunk' ? file.code : file.source
            return `${tag} integrity="sha384-${hashOf(contents)}"`
          },
        )
      },
    },
  }
}

function hashOf(contents: string | Uint8Array): string {
  return createHash('sha384').update(contents).digest('base64')
}

const PACKAGE_FOLDER = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/

/** Writes the licences of packages that workers bundle, which Vite's own list omits. */
export function workerLicenses(fileName: string): Plugin {
  return {
    name: 'ferry:worker-licenses',
    async generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((output) =>
        output.type === 'chunk' ? output.moduleIds : [],
      )
      const folders = new Set(modules.flatMap((id) => PACKAGE_FOLDER.exec(id)?.[0] ?? []))
      // All workers share one file, so a worker without packages must not overwrite it.
      if (folders.size === 0) return
      const texts = await Promise.all([...folders].sort().map(licenseOf))
      this.emitFile({ type: 'asset', fileName, source: ['# Licenses\n', ...texts].join('\n') })
    },
  }
}

async function licenseOf(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string
    readonly version: string
    readonly license?: string
  }
  const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name))
  if (file === undefined) throw new Error(`${manifest.name} brings no licence to ship`)
  const text = (await readFile(join(folder, file), 'utf8')).trim()
  return `## ${manifest.name} - ${manifest.version} (${manifest.license ?? 'see below'})\n\n${text}\n`
}
