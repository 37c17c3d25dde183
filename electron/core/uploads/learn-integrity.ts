import type { StoreIntegrity } from '../../contract/checksum.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import { type FoundIntegrity, probeIntegrity } from '../check/ask-integrity.ts'
import { IntegrityProbe, probeKeyBelow } from '../integrity/integrity-probe.ts'
import type { Store } from '../store/store.ts'
import type { UploadContext } from './upload-context.ts'

type LearnContext = Pick<UploadContext, 'stores' | 'log'>

/**
 * What the store checks: as the destination remembers it, else found out now and remembered.
 * However many uploads begin at once, the store is asked once. Keys that may not begin multipart
 * uploads cannot ask without making objects, so for them nothing counts as checked, until the
 * store is opened anew. Fails with what kept the store from answering, and then nothing is learnt.
 */
export async function integrityOf(
  context: LearnContext,
  store: Store,
  signal: AbortSignal,
): Promise<Outcome<StoreIntegrity>> {
  const known = context.stores.integrityOf(store.destination)
  if (known !== null) return succeeded(known)
  if (store.access.hidesIntegrity) return succeeded('none')
  const learnt = await store.learning.join(signal, (shared) => learn(context, store, shared))
  return learnt ?? failed({ kind: 'not-now' })
}

async function learn(
  context: LearnContext,
  store: Store,
  signal: AbortSignal,
): Promise<Outcome<StoreIntegrity>> {
  // Another turn may have learnt it while this one was about to begin.
  const known = context.stores.integrityOf(store.destination)
  if (known !== null) return succeeded(known)
  const swept = await sweepInterrupted(context, store)
  if (!swept.ok) return swept
  const key = probeKeyBelow(store.destination.prefix)
  context.stores.noteProbe(store.destination, key)
  const found = await probeAndClean(context, store, new IntegrityProbe(store, key, false), signal)
  if (!found.ok) return found
  context.log.info({ integrity: found.value }, 'Found out what the store checks')
  if (found.value === 'hidden') {
    store.access.hidesIntegrity = true
    return succeeded('none')
  }
  context.stores.noteIntegrity(store.destination, found.value)
  return succeeded(found.value)
}

async function probeAndClean(
  context: LearnContext,
  store: Store,
  probe: IntegrityProbe,
  signal: AbortSignal,
): Promise<Outcome<FoundIntegrity>> {
  const asked = await probeIntegrity(probe, signal).catch(async (error: unknown) => {
    await probe.clean()
    throw error
  })
  const cleaned = await probe.clean()
  // Unclean, the key stays noted and is swept before the store is asked again.
  if (!cleaned.ok) return asked.ok ? cleaned : asked
  context.stores.noteProbe(store.destination, null)
  return asked
}

/** What a crash in the middle of the asking, or a store that fell silent, has left behind. */
async function sweepInterrupted(context: LearnContext, store: Store): Promise<Outcome<null>> {
  const key = context.stores.probeOf(store.destination)
  if (key === null) return succeeded(null)
  const cleaned = await new IntegrityProbe(store, key, true).clean()
  if (cleaned.ok) context.stores.noteProbe(store.destination, null)
  return cleaned
}
