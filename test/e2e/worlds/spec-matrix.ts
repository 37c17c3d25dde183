/**
 * `browser`: the loopback host and a tab of a Chromium. `desktop`: the built main process and preload
 * behind a stand-in for Electron, in a real Chromium. `electron`: a real Electron.
 */
export const WORLDS = ['browser', 'desktop', 'electron'] as const
export type WorldName = (typeof WORLDS)[number]

interface OneWorld {
  readonly only: WorldName
  /** Not part of `npm test`, to save time. */
  readonly isLater?: boolean
  /** Printed with the matrix. */
  readonly because: string
}

/**
 * On the desktop `npm test` omits specs that test the engine or the form more than the desktop;
 * `.ci/run` runs them all.
 */
type Where = 'everywhere' | 'everywhere, later on the desktop' | OneWorld

/**
 * Every spec of this folder, and the worlds it runs in. A file that is missing here fails a test.
 */
export const SPECS: Readonly<Record<string, Where>> = {
  'check-faults': 'everywhere, later on the desktop',
  'chromium-choice': { only: 'browser', because: 'a desktop app brings its own Chromium' },
  'chromium-net-errors': {
    only: 'browser',
    because: 'asks Chromium for its own list of network errors',
  },
  connect: 'everywhere, later on the desktop',
  'damaged-data': 'everywhere, later on the desktop',
  'desktop-cors': { only: 'browser', because: 'takes the listener alone, without a host' },
  'desktop/key-store': {
    only: 'desktop',
    isLater: true,
    because: 'a browser host has no key store',
  },
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
    isLater: true,
    because: 'packages the app, and starts it from its archive',
  },
  'desktop/closing': { only: 'desktop', because: 'a browser closes its tabs by itself' },
  'desktop/given-files': { only: 'desktop', because: 'the system gives files to an app only' },
  'desktop/sandbox': {
    only: 'electron',
    because: 'the stand-in has neither Electron’s origin nor its sandbox',
  },
  'desktop/window': { only: 'desktop', because: 'the shell of the desktop app' },
  'fault-control': 'everywhere, later on the desktop',
  'fault-line': 'everywhere, later on the desktop',
  'fault-parts': 'everywhere, later on the desktop',
  faults: 'everywhere, later on the desktop',
  intake: 'everywhere, later on the desktop',
  links: 'everywhere, later on the desktop',
  names: 'everywhere, later on the desktop',
  network: 'everywhere, later on the desktop',
  'pause-cancel': 'everywhere, later on the desktop',
  recognise: {
    only: 'browser',
    because: 'the desktop reads files by path and need not recognise them',
  },
  restart: 'everywhere',
  rules: 'everywhere',
  secrets: 'everywhere, later on the desktop',
  'sign-in': 'everywhere, later on the desktop',
  tabs: { only: 'browser', because: 'a desktop app has one window' },
  'text-links': 'everywhere, later on the desktop',
  trees: { only: 'browser', because: 'compares what Chromium and what a path tell of a folder' },
  'two-destinations': 'everywhere',
  upload: 'everywhere',
  'upload-again': 'everywhere, later on the desktop',
  'without-electron': {
    only: 'browser',
    because: 'says what npm start does where there is no Electron',
  },
}

/** The spec files of one world, relative to the project's folder. */
export function specsOf(world: WorldName): string[] {
  return filesOf((where) => typeof where === 'string' || where.only === world)
}

/** The desktop's specs that `npm test` runs, and the ones that it omits. */
export const DESKTOP_SPECS = {
  first: specsOf('desktop').filter((file) => !isLater(file)),
  later: specsOf('desktop').filter(isLater),
}

function isLater(file: string): boolean {
  const where = SPECS[file.slice('test/e2e/'.length, -'.test.ts'.length)]
  return typeof where === 'object' ? (where.isLater ?? false) : where?.includes('later') === true
}

function filesOf(isMeant: (where: Where) => boolean): string[] {
  return Object.entries(SPECS)
    .filter(([, where]) => isMeant(where))
    .map(([name]) => `test/e2e/${name}.test.ts`)
}
