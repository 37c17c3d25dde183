import {
  type ChannelProcess,
  PARENT_WAITS,
  tellParent,
  whenParentEnds,
} from '../../files/shutdown.ts'

/** The program that started this app and waits for it: `npm start` or `npm run dev`. */
export interface ParentProcess {
  /** False when the user opened the app. */
  readonly isThere: boolean
  /**
   * Reports that the window is open. Until then, the parent takes any exit for an Electron that
   * does not run.
   */
  readonly ready: () => void
  /**
   * Reports that this process ends by itself and has shown the reason. Resolves once the parent
   * knows.
   */
  readonly leaving: () => Promise<void>
  /**
   * Calls the listener, which replaces an earlier one, when the app should close or the parent has
   * ended.
   */
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
  // Child processes of this process must not inherit it.
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
