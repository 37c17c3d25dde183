import { type CommandName, commands } from '../../electron/contract/commands.ts'
import { mapRows } from '../../electron/contract/ferry-bridge.ts'
import { type NoticeName, notices } from '../../electron/contract/notices.ts'
import { failed, succeeded } from '../../electron/contract/outcome.ts'
import { LOOPBACK_ROUTES } from '../../electron/contract/transport.ts'
import { Semaphore } from '../../electron/lib/semaphore.ts'
import type { RawBridge } from './checked-bridge.ts'
import { type ChangeableHostLink, createHostLink, type HostLink } from './host-link.ts'
import { LoopbackSession } from './loopback-session.ts'
import { NoticeStream } from './notice-stream.ts'

/** Commands that wait for a store, sometimes for minutes. */
const SLOW_COMMANDS: ReadonlySet<CommandName> = new Set(['prepareUpload', 'completeUpload'])
/**
 * Chromium opens six connections to a host: one is for notices, and the rest is for quick commands.
 */
const MAX_CONCURRENT_SLOW = 3

interface LoopbackConnection {
  readonly raw: RawBridge
  readonly link: HostLink
}

/**
 * The contract over HTTP, to the host that served this page. The one-time token in the address's
 * fragment is exchanged for a session and removed from the address.
 */
export async function connectLoopback(): Promise<LoopbackConnection> {
  const link = createHostLink()
  const session = new LoopbackSession()
  const stream = new NoticeStream(link, session)
  const postAt = (path: string, message: unknown) =>
    postJson(path, message, { link, session, stream })
  const post = (name: string, input: unknown) =>
    postAt(`${LOOPBACK_ROUTES.commandPrefix}${name}`, input)
  const slowGate = new Semaphore(MAX_CONCURRENT_SLOW)
  await signIn(session, link)
  // Opening the address again in this tab changes only the fragment, which does not reload the
  // page.
  window.addEventListener('hashchange', () => {
    if (location.hash.length > 1) location.reload()
  })
  return {
    link,
    raw: {
      commands: mapRows(
        commands,
        (name) => (input: unknown) =>
          SLOW_COMMANDS.has(name) ? slowGate.run(() => post(name, input)) : post(name, input),
      ),
      notices: mapRows(
        notices,
        (name: NoticeName) => (listener: (payload: unknown) => void) =>
          stream.listen(name, listener),
      ),
      registerSources: (files) =>
        postAt(LOOPBACK_ROUTES.registerSources, { files: files.map(fileFactsOf) }),
      // A browser reveals no folder's path.
      inspectFolders: async (folders) => succeeded(folders.map(() => null)),
    },
  }
}

/** A browser reveals a file's name, length and time, but no path. */
function fileFactsOf(file: File) {
  return { name: file.name, byteLength: file.size, modifiedAtMs: timeOf(file) }
}

/**
 * Chromium takes the start of 1970 for "unknown" and then reports the current time, which changes
 * with every look, or the start of 1601. System images set that time, so such files are common.
 */
function timeOf(file: File): number {
  const beforeMs = Date.now()
  const { lastModified } = file
  const isMadeUp = lastModified >= beforeMs && lastModified <= Date.now()
  return isMadeUp || lastModified === START_OF_1601 ? 0 : lastModified
}

const START_OF_1601 = -11_644_473_600_000

async function signIn(session: LoopbackSession, link: ChangeableHostLink): Promise<void> {
  const token = location.hash.slice(1)
  if (token !== '') history.replaceState(null, '', location.pathname + location.search)
  const state = await session.open(token)
  if (state !== 'connected') link.become(state)
}

async function postJson(
  path: string,
  message: unknown,
  {
    link,
    session,
    stream,
  }: {
    readonly link: ChangeableHostLink
    readonly session: LoopbackSession
    readonly stream: NoticeStream
  },
): Promise<unknown> {
  const response = await session.post(path, message)
  if (response === null) {
    if (link.state() === 'connected') link.become('gone')
    stream.breakOff()
    return failed({ kind: 'host-gone' })
  }
  if (session.hasEnded(response)) {
    link.become('signed-out')
    stream.close()
    return failed({ kind: 'host-gone' })
  }
  if (!response.ok) throw new TypeError(`The host refused a message with status ${response.status}`)
  if (link.state() === 'gone' && stream.isUpToDate()) link.become('connected')
  return bodyOf(response, link)
}

/** The host may go away while it answers. */
async function bodyOf(response: Response, link: ChangeableHostLink): Promise<unknown> {
  try {
    return await response.json()
  } catch (error) {
    if (error instanceof SyntaxError) throw error
    link.become('gone')
    return failed({ kind: 'host-gone' })
  }
}
