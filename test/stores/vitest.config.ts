import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Separate from the other tests, which only need Ferry's own store. */
// biome-ignore lint/style/noDefaultExport: Vitest asks for it.
export default defineConfig({
  test: {
    name: 'stores',
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/stores/**/*.test.ts'],
    globalSetup: [fileURLToPath(new URL('../e2e/build-page.ts', import.meta.url))],
    // Plain Node must never look for Electron's binary, because its npm package would download it.
    env: { ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent' },
    // All tests share one store and one browser; two at once would slow each other down.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
  },
})
