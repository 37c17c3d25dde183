import { createHash, randomBytes } from 'node:crypto'
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { DeletionQueue } from '../files/deletion-queue.ts'

/** Killed runs may have left such files. */
const NAME = /^open-ferry-[0-9a-f]{16}\.html$/
/** A browser that does not respond in time gets the usual address. */
const PROBE_MS = 3_000

/** The two addresses with the same token. */
export interface PageAddresses {
  readonly own: string
  /** Works in browsers that do not resolve names below `localhost`. */
  readonly fallback: string
}

export interface OpenPage {
  readonly path: string
  readonly remove: () => Promise<void>
}

/** Served without a session, so that a browser can test whether it resolves the host name. */
export const REACHABLE_PATH = '/reachable.svg'

/**
 * Writes a page that leads to the address and that only this user can read: a browser is started
 * with the file's name, because every user of the computer can read command lines, and the token
 * must not be in one. The page tests whether the browser resolves the host name, and uses the
 * fallback if not.
 */
export function writeOpenPage(
  folder: string,
  addresses: PageAddresses,
  toDelete: DeletionQueue,
): OpenPage {
  const path = join(folder, `open-ferry-${randomBytes(8).toString('hex')}.html`)
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, openPageText(addresses))
  } finally {
    closeSync(file)
  }
  return {
    path,
    remove: async () => {
      await toDelete.remove(path)
    },
  }
}

export async function removeOpenPages(folder: string, toDelete: DeletionQueue): Promise<void> {
  const pages = readdirSync(folder).filter((name) => NAME.test(name))
  await Promise.all(pages.map((name) => toDelete.remove(join(folder, name))))
}

/**
 * The addresses need no escaping: they consist of hexadecimal digits, a port and a base64url token.
 */
function openPageText({ own, fallback }: PageAddresses): string {
  const { origin } = new URL(own)
  const script = `
const open = (address) => location.replace(address)
const probe = new Image()
probe.onload = () => open('${own}')
probe.onerror = () => open('${fallback}')
probe.src = '${origin}${REACHABLE_PATH}'
setTimeout(() => open('${own}'), ${PROBE_MS})
`
  const hash = createHash('sha256').update(script).digest('base64')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src ${origin}; script-src 'sha256-${hash}'">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Opening Ferry</title>
<p>Opening Ferry… <a href="${own}">Open it</a> if nothing happens.</p>
<script>${script}</script>
</html>
`
}
