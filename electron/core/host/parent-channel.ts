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
 * Set for an app whose parent waits for its messages. A channel alone tells nothing: a stranger who
 * opens Ferry with one may end long before it.
 */
export const PARENT_WAITS = 'FERRY_PARENT_WAITS'

/** This process, as its parent reaches it. */
export type ChannelProcess = Pick<NodeJS.EventEmitter, 'on' | 'once'> &
  Pick<NodeJS.Process, 'connected' | 'send'> & { readonly channel?: { readonly unref: () => void } }

export function isAppMessage(message: unknown, kind: AppMessage['ferry']): boolean {
  return isSaid(message, kind)
}

/**
 * Calls back when the parent asks for the end, or has ended: the system closes its end of the channel
 * then. The channel does not keep this process alive. Does nothing without a channel.
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

/** Resolves once the parent has it, or can have nothing any more. */
export function tellParent(message: AppMessage, self: ChannelProcess = process): Promise<void> {
  return new Promise((resolve) => {
    if (self.send === undefined || !self.connected) return resolve()
    self.send(message, undefined, undefined, () => resolve())
  })
}

function isSaid(message: unknown, word: string): boolean {
  return typeof message === 'object' && message !== null && Reflect.get(message, 'ferry') === word
}
