import checksumWorker from './checksum-worker.ts?worker&url'
import putWorker from './put-worker.ts?worker&url'

const SCRIPTS = { checksums: checksumWorker, puts: putWorker } as const

/** W3C Trusted Types, which TypeScript's DOM library does not declare. */
interface TrustedTypes {
  readonly createPolicy: (
    name: string,
    rules: { readonly createScriptURL: (url: string) => string },
  ) => { readonly createScriptURL: (url: string) => string }
}

/**
 * The page's only Trusted Types policy. It accepts no script but the workers that were built with
 * the page. Both hosts name it in their headers: electron/core/host/page-policy.ts.
 */
const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy(
  'ferry-workers',
  {
    createScriptURL: (url) => {
      if (url === SCRIPTS.checksums || url === SCRIPTS.puts) return url
      throw new TypeError('Not a script of Ferry')
    },
  },
)

export function startBundledWorker(name: keyof typeof SCRIPTS): Worker {
  const url = SCRIPTS[name]
  return new Worker(policy?.createScriptURL(url) ?? url, { type: 'module', name })
}
