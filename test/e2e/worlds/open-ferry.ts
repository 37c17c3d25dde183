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
  /** Between Ferry and its stores, for the page's requests and the host's. */
  readonly proxy: Pick<FaultProxy, 'address'> | null
  /** Variables for the host, besides this process's own. */
  readonly env: NodeJS.ProcessEnv
  /** For the desktop: what stands behind the program's name, besides the data folder. */
  readonly args: readonly string[]
  /** For the stand-in: the main module, also inside an app.asar. Null: what was built last. */
  readonly bundle: string | null
  /** For the stand-in: run in the main process before Electron is ready. */
  readonly beforeReady: ((electron: Fakes) => void) | null
  readonly whenOver: WhenOver
}

/** One running Ferry, whichever its host. */
export interface OpenFerry {
  readonly page: FerryPage
  readonly dataFolder: string
  /** Where the page is served. */
  readonly origin: string
  /** Belongs into a bucket's CORS rule. Undefined: the host needs no rule. */
  readonly corsOrigin: string | undefined
  /** Everything that the host printed. */
  readonly output: () => string
  /** The user ends it. Answers the exit code, or the signal that ended it. */
  readonly quit: () => Promise<number | string>
  /** A crash ends it, host and page at once. */
  readonly kill: () => Promise<void>
  /** The loopback host's process; null on the desktop. */
  readonly loopback: Ferry | null
  /** Electron's main process, or its stand-in; null in a browser. */
  readonly electron: MainProcess | null
}
