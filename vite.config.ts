import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { hasDisplay } from './electron/loopback/system-browser.ts'
import { findElectron } from './scripts/electron-binary.ts'
import { scriptIntegrity, workerLicenses } from './scripts/vite-plugins.ts'
import { MatrixReporter } from './test/e2e/worlds/matrix-reporter.ts'
import { DESKTOP_SPECS, specsOf } from './test/e2e/worlds/spec-matrix.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What is bundled asks for its licence to go along. */
const BUNDLED_LICENSES = { fileName: 'licenses.md' }

/** They put a module in another one's place, which holds for as long as their worker runs. */
const MOCKING_TESTS = globSync('test/**/*.test.ts', { cwd: at('.') })
  .filter((path) => /\bvi\.(?:mock|doMock)\(/.test(readFileSync(at(path), 'utf8')))
  .map((path) => path.replaceAll('\\', '/'))

/** What needs no window. */
const IN_NODE = {
  setupFiles: [at('test/fixed-seed.ts')],
  alias: { electron: at('test/fakes/electron.ts') },
  testTimeout: 20_000,
  expect: { poll: { timeout: 15_000 } },
  sequence: { groupOrder: 0 },
  // Half of the time they wait: for the disk, for other processes, for a store's second thought.
  maxWorkers: availableParallelism() + 2,
}

/** Tests of files run on other systems' file systems, too: test/platforms/on-volume.ts. */
const ON_VOLUMES = {
  ...IN_NODE,
  include: [
    'test/local-bucket/**/*.test.ts',
    'test/{files,core/records}/**/*.test.ts',
    'test/core/host/{log,secret-file,settings-file}.test.ts',
  ],
  exclude: [
    ...MOCKING_TESTS,
    // They simulate by themselves, their files are another process's, or there are none.
    'test/files/shutdown.test.ts',
    'test/local-bucket/**/{checksums,full-disk,key-path,main,memory,object-files,on-volumes,signing-refusals,slow-reply,vectors}.test.ts',
  ],
  setupFiles: [...IN_NODE.setupFiles, at('test/platforms/on-volume.ts')],
  isolate: false,
}
const VOLUMES = ['ntfs', 'hfs-plus', 'apfs', 'scanned'] as const

/** The projects whose tests drive a Chromium. */
const IN_CHROMIUM = {
  maxWorkers: 3,
  // What they share lives in browsers and processes of each test's own, not in modules.
  isolate: false,
  testTimeout: 120_000,
  // What is polled for comes; on a busy machine it comes later.
  expect: { poll: { timeout: 30_000 } },
  hookTimeout: 120_000,
  sequence: { groupOrder: 1 },
} as const

const REPORT = process.env.FERRY_TEST_REPORT ?? ''

/** As it was set outside; empty: Electron's own package says where it is. */
function electronFolder(): string {
  return process.env.ELECTRON_OVERRIDE_DIST_PATH ?? ''
}

function hasElectron(): boolean {
  return hasDisplay() && findElectron().kind === 'found'
}

/** Plain `vite build` makes all three: the page, Electron's main process and its preload. */
export default defineConfig({
  root: at('renderer'),
  base: './',
  plugins: [react(), scriptIntegrity()],
  worker: { format: 'es', plugins: () => [workerLicenses('licenses-of-workers.md')] },
  builder: {
    async buildApp(builder) {
      await Promise.all(Object.values(builder.environments).map((each) => builder.build(each)))
    },
  },
  environments: {
    client: {
      build: {
        outDir: at('out/renderer'),
        license: BUNDLED_LICENSES,
        emptyOutDir: true,
        target: 'chrome150',
        // Read from the disk, not from a network.
        chunkSizeWarningLimit: 2000,
        modulePreload: false,
        // One script, whose hash stands in the page.
        rolldownOptions: { output: { codeSplitting: false } },
      },
    },
    main: {
      consumer: 'server',
      resolve: {
        noExternal: true,
        external: ['electron'],
        conditions: ['node', 'import', 'default'],
      },
      build: {
        outDir: at('out/main'),
        license: BUNDLED_LICENSES,
        emptyOutDir: true,
        target: 'node24',
        ssr: true,
        minify: false,
        rolldownOptions: {
          input: at('electron/desktop/main.ts'),
          external: ['electron', /^node:/],
          output: { format: 'es', entryFileNames: 'index.js', chunkFileNames: '[name].js' },
        },
      },
    },
    preload: {
      consumer: 'server',
      resolve: { noExternal: true, external: ['electron'] },
      build: {
        outDir: at('out/preload'),
        license: BUNDLED_LICENSES,
        emptyOutDir: true,
        target: 'chrome150',
        ssr: true,
        minify: true,
        rolldownOptions: {
          input: at('electron/desktop/preload/index.ts'),
          external: ['electron'],
          // A sandboxed preload is one CommonJS file: electron docs/tutorial/esm.md.
          output: { format: 'cjs', entryFileNames: 'index.cjs', codeSplitting: false },
        },
      },
    },
  },
  test: {
    root: at('.'),
    reporters: ['default', new MatrixReporter(), ...(REPORT === '' ? [] : ['json' as const])],
    // Named by whoever wants to count what passed.
    outputFile: { json: REPORT },
    env: {
      // Plain Node must never reach for Electron's binary: its npm package would download it.
      ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent',
      // Hundreds of hosts are started from the same sources.
      NODE_COMPILE_CACHE: at('node_modules/.cache/compiled'),
    },
    projects: [
      {
        extends: true,
        test: {
          ...IN_NODE,
          name: 'unit',
          include: [
            'test/{attacks,engine,contract,core,desktop,desktop-in-chromium,faults,files,lib,local-bucket,loopback,platform,platforms,port-contracts,scripts,torture,trees}/**/*.test.ts',
            // Pure, and no window needed.
            'test/renderer/features/destinations/*/**/*.test.ts',
          ],
          exclude: ['test/attacks/browser/**', ...MOCKING_TESTS],
          // Modules hold nothing that a test changes: files share them, and the compiled code.
          isolate: false,
        },
      },
      {
        extends: true,
        test: { ...IN_NODE, name: 'mocked', include: MOCKING_TESTS },
      },
      // `npm test` leaves them out, for time. Only Linux's own file systems are like none of them.
      ...(process.platform === 'linux' ? VOLUMES : []).map((volume) => ({
        extends: true as const,
        test: { ...ON_VOLUMES, name: `on-${volume}`, provide: { volume } },
      })),
      {
        extends: true,
        test: {
          ...IN_CHROMIUM,
          name: 'browser',
          include: [
            'test/{renderer,zoo}/**/*.test.ts',
            'test/attacks/browser/**/*.test.ts',
            ...specsOf('browser'),
          ],
          exclude: ['test/renderer/features/destinations/*/**'],
          globalSetup: [at('test/e2e/build-page.ts')],
          provide: { world: 'browser' },
        },
      },
      {
        extends: true,
        test: {
          ...IN_CHROMIUM,
          name: 'desktop',
          include: DESKTOP_SPECS.first,
          globalSetup: [at('test/e2e/build-desktop.ts')],
          provide: { world: 'desktop' },
        },
      },
      {
        extends: true,
        test: {
          ...IN_CHROMIUM,
          // `npm test` leaves it out, for time.
          name: 'desktop-later',
          include: DESKTOP_SPECS.later,
          globalSetup: [at('test/e2e/build-desktop.ts')],
          provide: { world: 'desktop' },
        },
      },
      // Where there is none, the matrix at the end says so; FERRY_EXPECT_ELECTRON makes that an error.
      ...(hasElectron() || process.env.FERRY_EXPECT_ELECTRON === '1'
        ? [
            {
              extends: true as const,
              test: {
                ...IN_CHROMIUM,
                name: 'electron',
                include: specsOf('electron'),
                globalSetup: [at('test/e2e/build-desktop.ts')],
                provide: { world: 'electron' as const },
                // Found by its own package again; the variable of the other projects hides it.
                env: { ELECTRON_OVERRIDE_DIST_PATH: electronFolder() },
              },
            },
          ]
        : []),
    ],
  },
})
