import { buildPage } from '../../scripts/build-outputs.ts'

/** Vitest's globalSetup: builds the page under test from the sources. */
export async function setup(): Promise<void> {
  await buildPage()
}
