// The default import is the object that Electron teaches to read inside app.asar.
import fs from 'node:fs'
import { join } from 'node:path'
import type { Net, Session } from 'electron'
import * as z from 'zod/mini'
import type { ReleaseFeed } from '../../core/ports.ts'
import type { ConnectionAuth } from '../net-store-http.ts'
import { newestRelease } from './newest-release.ts'
import { downloadUpdate, installAndRestart } from './self-update.ts'

/** Fields that the release workflow adds to the packaged package.json. */
const Manifest = z.object({
  /** `https://github.com/OWNER/REPOSITORY`; absent in what a developer builds. */
  homepage: z.optional(z.string()),
  /** The installer carries a certificate's signature, so that its successor can be verified. */
  isSigned: z.optional(z.boolean()),
})
export type Manifest = z.infer<typeof Manifest>

const PROJECT = /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+$/

interface FeedDeps {
  readonly net: Pick<Net, 'request'>
  /** A session of its own: it shares no cookie, cache or listener with the page. */
  readonly session: () => Session
  readonly isPackaged: boolean
  readonly platform: NodeJS.Platform
  readonly environment: NodeJS.ProcessEnv
  readonly proxyLogin: ConnectionAuth['proxyLogin']
}

/** `folder`: where package.json is, in the archive. Null: this build does not know its project. */
export function openReleaseFeed(folder: string, deps: FeedDeps): ReleaseFeed | null {
  return deps.isPackaged ? releaseFeed(readManifest(folder), deps) : null
}

export function releaseFeed(manifest: Manifest, deps: FeedDeps): ReleaseFeed | null {
  const { homepage } = manifest
  const { net, proxyLogin } = deps
  if (homepage === undefined || !PROJECT.test(homepage)) return null
  return {
    newest: (signal) =>
      newestRelease({ net, proxyLogin, homepage, session: deps.session() }, signal),
    pageOf: (version) => `${homepage}/releases/tag/v${version}`,
    canInstall: mayReplaceItself(manifest, deps),
    download: (signal) => downloadUpdate(signal, proxyLogin),
    installAndRestart: () => installAndRestart(),
  }
}

function readManifest(folder: string): Manifest {
  const text = fs.readFileSync(join(folder, 'package.json'), 'utf8')
  return Manifest.safeParse(JSON.parse(text)).data ?? {}
}

/**
 * An AppImage is a file of the user's, which the runtime names in `APPIMAGE`; a deb or rpm belongs
 * to the package manager. Squirrel.Mac verifies the signature of the next app by that of this one,
 * and electron-updater on Windows the publisher's, so that an unsigned build has nothing to go by.
 */
function mayReplaceItself({ isSigned = false }: Manifest, { platform, environment }: FeedDeps) {
  if (platform === 'linux') return Boolean(environment.APPIMAGE)
  return (platform === 'win32' || platform === 'darwin') && isSigned
}
