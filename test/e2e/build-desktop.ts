import { buildDesktop } from '../../scripts/build-outputs.ts'

/** Vitest's globalSetup: builds the app under test from the sources, as for a package. */
export async function setup(): Promise<void> {
  await buildDesktop()
}
