// Electron patches the default export of `fs` to read inside app.asar.

import fs from 'node:fs'
import { join } from 'node:path'
import type { ClientRequest, Net, Session } from 'electron'
import * as z from 'zod/mini'
import type { ReleaseFeed } from '../../core/ports.ts'
import type { ConnectionAuth } from '../protocols/net-store-http.ts'
import { downloadUpdate, installAndRestart } from './self-update.ts'

const Manifest = z.object({
  /** `https://github.com/OWNER/REPOSITORY`; absent in local builds. */
  homepage: z.optional(z.string()),
  /** The installer is signed with a certificate, so that the next one can be verified. */
  isSigned: z.optional(z.boolean()),
})
export type Manifest = z.infer<typeof Manifest>

const PROJECT = /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+$/

interface FeedDeps {
  readonly net: Pick<Net, 'request'>
  /** A separate session that shares no cookie, cache or listener with the page. */
  readonly session: () => Session
  readonly isPackaged: boolean
  readonly platform: NodeJS.Platform
  readonly environment: NodeJS.ProcessEnv
  readonly proxyLogin: ConnectionAuth['proxyLogin']
}

/**
 * Null when this build does not know its project.
 *
 * @param folder the folder of package.json in the archive.
 */
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
 * An AppImage is a file of the user, named by the runtime in `APPIMAGE`; a deb or rpm belongs to
 * the package manager. Squirrel.Mac verifies the next app's signature against this one's, and
 * electron-updater on Windows verifies the publisher, so an unsigned build cannot be updated.
 */
function mayReplaceItself({ isSigned = false }: Manifest, { platform, environment }: FeedDeps) {
  if (platform === 'linux') return Boolean(environment.APPIMAGE)
  return (platform === 'win32' || platform === 'darwin') && isSigned
}

const ANSWER_WITHIN_MS = 15_000

export interface ReleaseQuestion {
  readonly net: Pick<Net, 'request'>
  readonly session: Session
  /** The project's page, `https://github.com/OWNER/REPOSITORY`. */
  readonly homepage: string
  readonly proxyLogin: ConnectionAuth['proxyLogin']
}

/**
 * Looks up the project's newest release. GitHub redirects `…/releases/latest` to the release's
 * page, whose address ends with its tag (docs.github.com, "Linking to releases"), so one request
 * without a body is enough and no other host is contacted.
 *
 * @returns the version without its `v`, or null for any other response.
 */
export function newestRelease(
  question: ReleaseQuestion,
  signal: AbortSignal,
): Promise<string | null> {
  const { net, session, homepage } = question
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const request = net.request({
    method: 'GET',
    url: `${homepage}/releases/latest`,
    // Electron's own user agent names the app, its version and the system.
    headers: { 'user-agent': 'Ferry' },
    session,
    credentials: 'omit',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    redirect: 'manual',
  })
  const end = (version: string | null) => {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
    resolve(version)
  }
  const giveUp = () => {
    end(null)
    request.abort()
  }
  const timer = setTimeout(giveUp, ANSWER_WITHIN_MS)
  listen(request, homepage, end)
  // The user needs time to type a password.
  answerProxyLogin(request, question.proxyLogin, { asked: () => clearTimeout(timer), giveUp })
  signal.addEventListener('abort', giveUp)
  if (signal.aborted) giveUp()
  else request.end()
  return promise
}

type Login = Awaited<ReturnType<ConnectionAuth['proxyLogin']>>

function answerProxyLogin(
  request: ClientRequest,
  proxyLogin: ConnectionAuth['proxyLogin'],
  { asked, giveUp }: { readonly asked: () => void; readonly giveUp: () => void },
): void {
  let given: Login = null
  request.on('login', (authInfo, callback) => {
    if (!authInfo.isProxy) return callback()
    asked()
    proxyLogin(authInfo, given).then((login) => {
      given = login
      if (login === null) giveUp()
      else callback(login.username, login.password)
    }, giveUp)
  })
}

/** Later calls have no effect: a promise keeps its first value. */
function listen(
  request: ClientRequest,
  homepage: string,
  end: (version: string | null) => void,
): void {
  // An error follows because the redirect is not followed: docs/api/client-request.md, `redirect`.
  request.on('redirect', (_status, _method, url) => end(versionIn(url, homepage)))
  request.on('response', () => {
    end(null)
    request.abort()
  })
  request.on('error', () => end(null))
}

function versionIn(url: string, homepage: string): string | null {
  const page = URL.parse(url, homepage)?.href ?? ''
  const start = `${homepage}/releases/tag/v`
  if (!page.startsWith(start)) return null
  const version = page.slice(start.length)
  return /^\d{1,6}\.\d{1,6}\.\d{1,6}$/.test(version) ? version : null
}
