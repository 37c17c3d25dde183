import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Apart from the other tests, which need no store but Ferry's own. */
// biome-ignore lint/style/noDefaultExport: Vitest asks for it.
export default defineConfig({
  test: {
    name: 'stores',
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/stores/**/*.test.ts'],
    globalSetup: [fileURLToPath(new URL('../e2e/build-page.ts', import.meta.url))],
    // Plain Node must never reach for Electron's binary: its npm package would download it.
    env: { ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent' },
    // One store and one browser for all; two tests at once would starve each other.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
  },
})
