/**
 * `browser`: the loopback host and a tab of a Chromium. `desktop`: the built main process and preload
 * behind a stand-in for Electron, in a real Chromium. `electron`: a real Electron.
 */
export const WORLDS = ['browser', 'desktop', 'electron'] as const
export type WorldName = (typeof WORLDS)[number]

interface OneWorld {
  readonly only: WorldName
  /** Printed with the matrix. */
  readonly because: string
}

/** Every spec of this folder, and where it takes place. A file that is missing here fails a test. */
export const SPECS: Readonly<Record<string, 'everywhere' | OneWorld>> = {
  'check-faults': 'everywhere',
  'chromium-choice': { only: 'browser', because: 'a desktop app brings its own Chromium' },
  'chromium-net-errors': {
    only: 'browser',
    because: 'asks Chromium for its own list of network errors',
  },
  connect: 'everywhere',
  'damaged-data': 'everywhere',
  'desktop-cors': { only: 'browser', because: 'takes the listener alone, without a host' },
  'desktop/key-store': { only: 'desktop', because: 'a browser host has no key store' },
  'desktop/menu': { only: 'desktop', because: 'a browser has its own menu' },
  'desktop/on-the-way': {
    only: 'desktop',
    because: 'plays proxies and sleep to the stand-in’s net',
  },
  'desktop/process': {
    only: 'desktop',
    because: 'how the app starts, bears errors and shows itself',
  },
  'desktop/packaged': {
    only: 'desktop',
    because: 'packages the app, and starts it from its archive',
  },
  'desktop/closing': { only: 'desktop', because: 'a browser closes its tabs by itself' },
  'desktop/given-files': { only: 'desktop', because: 'the system gives files to an app only' },
  'desktop/window': { only: 'desktop', because: 'the shell of the desktop app' },
  electron: { only: 'browser', because: 'says what npm start does where there is no Electron' },
  'fault-control': 'everywhere',
  'fault-line': 'everywhere',
  'fault-parts': 'everywhere',
  faults: 'everywhere',
  intake: 'everywhere',
  links: 'everywhere',
  names: 'everywhere',
  network: 'everywhere',
  'pause-cancel': 'everywhere',
  recognise: {
    only: 'browser',
    because: 'the desktop reads files by path and need not recognise them',
  },
  restart: 'everywhere',
  rules: 'everywhere',
  secrets: 'everywhere',
  'sign-in': 'everywhere',
  tabs: { only: 'browser', because: 'a desktop app has one window' },
  'text-links': 'everywhere',
  trees: { only: 'browser', because: 'compares what Chromium and what a path tell of a folder' },
  'two-destinations': 'everywhere',
  upload: 'everywhere',
  'upload-again': 'everywhere',
}

/** The files of the specs of one world, from the project's folder. */
export function specsOf(world: WorldName): string[] {
  return Object.entries(SPECS)
    .filter(([, where]) => where === 'everywhere' || where.only === world)
    .map(([name]) => `test/e2e/${name}.test.ts`)
}
