/** How often a program that npm started checks that npm is still running. */
const LOOK_MS = 500

/**
 * SIGBREAK is Ctrl+Break, and SIGHUP a closed terminal; on Windows that leaves some ten seconds:
 * nodejs.org/api/process.html#signal-events. Other systems never emit SIGBREAK.
 */
const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const

/**
 * Resolves when this program must end: because of a signal, a message or the end of its parent on
 * an IPC channel, or the end of the npm that ran it. npm passes a SIGTERM only to its shell, which
 * ends without telling us.
 */
export function untilShutdown(platform: NodeJS.Platform = process.platform): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of END_SIGNALS) process.once(signal, () => resolve())
    whenParentEnds(resolve)
    if (process.env.npm_lifecycle_event === undefined) return
    const isGone = watchParent({ platform, parentPid: () => process.ppid, isAlive })
    const look = setInterval(() => {
      if (isGone()) resolve()
    }, LOOK_MS)
    look.unref()
  })
}

export interface ParentDeps {
  readonly platform: NodeJS.Platform
  readonly parentPid: () => number
  readonly isAlive: (pid: number) => boolean
}

/**
 * Answers a function that checks whether the parent has ended. There is no channel to the parent:
 * npm's shell only passes on its own input and output. Unix gives an orphan another parent. Windows
 * remembers the first one (libuv src/win/util.c, `uv_os_getppid`), so there the process is looked
 * up; npm's shell dies with npm, since libuv puts children into a job that ends with their parent
 * (src/win/process.c).
 */
export function watchParent({ platform, parentPid, isAlive }: ParentDeps): () => boolean {
  const first = parentPid()
  return platform === 'win32' ? () => !isAlive(first) : () => parentPid() !== first
}

/** Signal 0 tests only: nodejs.org/api/process.html#processkillpid-signal. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it exists, but belongs to another user.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

// Messages between a Ferry program and the program that started it, over Node's IPC channel. A
// signal would not do: on Windows `subprocess.kill` ends a program at once, whatever it listens to
// (nodejs.org/api/child_process.html#subprocesskillsignal).

/** To the child: close in order, and end. */
export const QUIT = { ferry: 'quit' } as const

/** From the app: `ready`: its window is there; `leaving`: it ends by itself, and has said why. */
export interface AppMessage {
  readonly ferry: 'ready' | 'leaving'
}

/**
 * Set for an app whose parent waits for its messages. A channel alone proves nothing: another
 * program that opens Ferry with one may end long before Ferry does.
 */
export const PARENT_WAITS = 'FERRY_PARENT_WAITS'

/** This process, as its parent reaches it. */
export type ChannelProcess = Pick<NodeJS.EventEmitter, 'on' | 'once'> &
  Pick<NodeJS.Process, 'connected' | 'send'> & { readonly channel?: { readonly unref: () => void } }

export function isAppMessage(message: unknown, kind: AppMessage['ferry']): boolean {
  return isSaid(message, kind)
}

/**
 * Calls back when the parent asks this process to end, or has ended: the system then closes its end
 * of the channel. The channel does not keep this process alive. Does nothing without a channel.
 */
export function whenParentEnds(listener: () => void, self: ChannelProcess = process): void {
  if (self.send === undefined) return
  if (!self.connected) {
    listener()
    return
  }
  self.on('message', (message: unknown) => {
    if (isSaid(message, QUIT.ferry)) listener()
  })
  self.once('disconnect', listener)
  // Both listeners hold the channel open (nodejs.org/api/process.html#processchannelunref).
  self.channel?.unref()
}

/** Resolves once the parent has the message, or can no longer receive any. */
export function tellParent(message: AppMessage, self: ChannelProcess = process): Promise<void> {
  return new Promise((resolve) => {
    if (self.send === undefined || !self.connected) return resolve()
    self.send(message, undefined, undefined, () => resolve())
  })
}

function isSaid(message: unknown, word: string): boolean {
  return typeof message === 'object' && message !== null && Reflect.get(message, 'ferry') === word
}
