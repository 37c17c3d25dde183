import { buildDesktop } from '../../scripts/build-outputs.ts'

/** Vitest's globalSetup: the app that the tests start is made of the sources, as for a package. */
export async function setup(): Promise<void> {
  await buildDesktop()
}
