import { createHash } from 'node:crypto'
import type { Plugin } from 'vite'

/**
 * Names in `index.html` the hash of every script and style sheet, so that a browser runs what was
 * built and nothing else at its address: w3.org/TR/sri-2. The bundle is one script, since a script
 * that another imports has no place for a hash.
 */
export function scriptIntegrity(): Plugin {
  return {
    name: 'ferry:script-integrity',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      // Vite's own plugin emits the page in the same hook.
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
