import { inject, it, onTestFinished } from 'vitest'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import type { Fakes, MainProcess } from '../../desktop-in-chromium/start-stand-in.ts'
import type { Ferry, WhenOver } from '../ferry.ts'
import { openBrowserHost } from './browser-host.ts'
import { openDesktopInChromium } from './desktop-in-chromium.ts'
import type { FerrySettings, OpenFerry } from './open-ferry.ts'
import { openRealElectron } from './real-electron.ts'
import type { WorldName } from './spec-matrix.ts'

export type { FerrySettings, OpenFerry } from './open-ferry.ts'

/** The world of this run; vite.config.ts gives each project its own. */
const world: WorldName = inject('world')

/** Starts Ferry and opens its window. It ends with the test. */
export function openFerry(settings: Partial<FerrySettings> = {}): Promise<OpenFerry> {
  const whenOver: WhenOver = settings.whenOver ?? onTestFinished
  const { dataFolder = null, proxy = null, env = {}, args = [] } = settings
  const { bundle = null, beforeReady = null } = settings
  const all: FerrySettings = { dataFolder, proxy, env, args, bundle, beforeReady, whenOver }
  switch (world) {
    case 'browser':
      return openBrowserHost(all)
    case 'desktop':
      return openDesktopInChromium(all)
    case 'electron':
      return openRealElectron(all)
    default:
      return unreachable(world)
  }
}

/** True in Electron and behind its stand-in. */
export function onDesktop(): boolean {
  return world !== 'browser'
}

/**
 * `it` for a test that makes sense on one host only, and a reason for skipping it on the other. The
 * desktop is Electron, or its stand-in.
 */
export function onlyIn(
  host: 'browser' | 'desktop',
  _because: string,
): Pick<typeof it, 'each'> & ItFunction {
  const isHere = onDesktop() === (host === 'desktop')
  return isHere ? it : Object.assign(() => undefined, { each: () => () => undefined })
}

type ItFunction = (title: string, run: () => Promise<void> | void) => void

/** For tests of the loopback host's process. */
export function hostOf({ loopback }: OpenFerry): Ferry {
  if (loopback === null) throw new TypeError('This Ferry has no loopback host')
  return loopback
}

/** The main process of a desktop app, for calls that a real Electron supports as well. */
export function electronOf({ electron }: OpenFerry): MainProcess {
  if (electron === null) throw new TypeError('This Ferry has no main process')
  return electron
}

/** The same for features of the stand-in only: its records, and ways to make it fail. */
export function fakesOf(ferry: OpenFerry): MainProcess<Fakes> {
  return electronOf(ferry) as MainProcess<unknown> as MainProcess<Fakes>
}
