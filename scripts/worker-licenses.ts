import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'vite'

const PACKAGE_FOLDER = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/

/** Writes the licences of what a worker bundles: Vite's own list leaves workers out. */
export function workerLicenses(fileName: string): Plugin {
  return {
    name: 'ferry:worker-licenses',
    async generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((output) =>
        output.type === 'chunk' ? output.moduleIds : [],
      )
      const folders = new Set(modules.flatMap((id) => PACKAGE_FOLDER.exec(id)?.[0] ?? []))
      // One file for all workers: one that bundles nothing must not write over another's.
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
