import { type Outcome, succeeded } from '../../contract/outcome.ts'
import { removeAll } from './remove-probes.ts'
import type { Trial } from './trial.ts'

/** What a check has put into a bucket. */
export type Probes = Pick<Trial, 'store' | 'object' | 'uploads'>

/**
 * What it knows of first, since these keys may not list; then whatever is under its key. Fails with
 * what kept something from being removed.
 */
export async function cleanUp(
  { store, object, uploads }: Probes,
  signal: AbortSignal,
): Promise<Outcome<null>> {
  const known = await Promise.all([object.remove(signal), uploads.clean(signal)])
  const found = await removeAll(store, object.key, signal)
  return [...known, found].find((each) => !each.ok) ?? succeeded(null)
}
