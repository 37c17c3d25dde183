import { buildPage } from '../../scripts/build-outputs.ts'

/** Vitest's globalSetup: the page that the tests open is the page of the sources. */
export async function setup(): Promise<void> {
  await buildPage()
}
