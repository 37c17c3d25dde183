import {
  type ChannelProcess,
  PARENT_WAITS,
  tellParent,
  whenParentEnds,
} from '../../core/host/parent-channel.ts'

/** The program that started this app and waits for it: `npm start`, or `npm run dev`. */
export interface ParentProcess {
  /** False for an app that the user opened. */
  readonly isThere: boolean
  /** The window is there. Until that is said, any end is taken for an Electron that does not run. */
  readonly ready: () => void
  /** This process ends by itself, and has said why. Resolves once the starter knows. */
  readonly leaving: () => Promise<void>
  /** Hears that the app shall close, or that the starter is gone; takes an earlier listener's place. */
  readonly onEnd: (listener: () => void) => void
}

const NO_PARENT: ParentProcess = {
  isThere: false,
  ready: () => undefined,
  leaving: async () => undefined,
  onEnd: () => undefined,
}

export function connectToParent(
  self: ChannelProcess = process,
  env: NodeJS.ProcessEnv = process.env,
): ParentProcess {
  if (env[PARENT_WAITS] === undefined) return NO_PARENT
  // Programs that this process starts must not take themselves for its child.
  delete env[PARENT_WAITS]
  let isOver = false
  let end: () => void = () => undefined
  whenParentEnds(() => {
    isOver = true
    end()
  }, self)
  return {
    isThere: true,
    ready: () => void tellParent({ ferry: 'ready' }, self),
    leaving: () => tellParent({ ferry: 'leaving' }, self),
    onEnd: (listener) => {
      end = listener
      if (isOver) listener()
    },
  }
}
