import type { Fakes, MainProcess } from '../../desktop-in-chromium/start-stand-in.ts'
import type { FaultProxy } from '../../faults/fault-proxy.ts'
import type { Ferry, WhenOver } from '../ferry.ts'
import type { FerryPage } from '../ferry-page.ts'
import type { WorldName } from './spec-matrix.ts'

declare module 'vitest' {
  interface ProvidedContext {
    world: WorldName
  }
}

export interface FerrySettings {
  /** Null: a new one. */
  readonly dataFolder: string | null
  /** Between Ferry and its stores, for requests of both page and host. */
  readonly proxy: Pick<FaultProxy, 'address'> | null
  /** Variables for the host, in addition to this process's own. */
  readonly env: NodeJS.ProcessEnv
  /** On the desktop: command line arguments, in addition to the data folder. */
  readonly args: readonly string[]
  /** For the stand-in: the main module, possibly inside an app.asar. Null: the latest build. */
  readonly bundle: string | null
  /** For the stand-in: runs in the main process before Electron is ready. */
  readonly beforeReady: ((electron: Fakes) => void) | null
  readonly whenOver: WhenOver
}

/** A running Ferry on any host. */
export interface OpenFerry {
  readonly page: FerryPage
  readonly dataFolder: string
  /** The page's origin. */
  readonly origin: string
  /** The origin for a bucket's CORS rule. Undefined: the host needs no rule. */
  readonly corsOrigin: string | undefined
  /** Everything that the host has printed. */
  readonly output: () => string
  /** The user quits. Returns the exit code, or the signal that ended it. */
  readonly quit: () => Promise<number | string>
  /** Ends host and page at once, like a crash. */
  readonly kill: () => Promise<void>
  /** The loopback host's process; null on the desktop. */
  readonly loopback: Ferry | null
  /** Electron's main process, or its stand-in; null in a browser. */
  readonly electron: MainProcess | null
}
