import type { SignedPart } from '../../../electron/contract/commands/uploads.ts'
import { failed } from '../../../electron/contract/outcome.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import type { PartSending, PartTransport } from '../../engine/ports.ts'
import { probeBlob } from './blob-probe.ts'
import { startBundledWorker } from './own-worker.ts'
import { outcomeOf, type PutOutcome } from './put-outcome.ts'
import { CurrentPutWorker, type JobEnd } from './put-workers.ts'

export interface XhrPartTransport extends PartTransport {
  /** There may be other stores to reach from now on. PUTs under way are not disturbed. */
  readonly storesChanged: () => void
}

/**
 * PUTs parts in a worker that may reach the stores, which the page itself may not
 * (docs/decisions/0014-parts-are-sent-by-a-worker.md).
 */
export function xhrPartTransport(): XhrPartTransport {
  const workers = new CurrentPutWorker(() => startBundledWorker('puts'))
  // At once: later the host, from which it is loaded, may be away.
  void workers.ready()
  return {
    storesChanged: () => workers.replaceNext(),
    putPart: async (part, { payload }, sending) => {
      if (!(payload instanceof Blob)) throw new TypeError('The part is not a Blob')
      const outcome = resultOf(await put(workers, part, payload, sending), part)
      if (outcome.ok || outcome.failure.kind !== 'no-response') return outcome
      // Chromium reports a body that cannot be read any more as a network error.
      const failure = await probeBlob(payload, 'source-changed')
      sending.signal.throwIfAborted()
      return failure === null ? outcome : failed(failure)
    },
  }
}

type PutResult = JobEnd | { readonly type: 'no-worker' }

async function put(
  workers: CurrentPutWorker,
  part: SignedPart,
  body: Blob,
  { signal, onSent }: PartSending,
): Promise<PutResult> {
  const order = { url: part.url, headers: part.headers, body }
  const worker = await untilAborted(workers.ready(), signal)
  const end: PutResult = (await worker?.put(order, signal, onSent)) ?? { type: 'no-worker' }
  if (end.type !== 'blocked' || worker?.hasReached(new URL(part.url).origin)) return end
  // Its policy may be older than the destination.
  workers.replaceNext()
  const fresh = await untilAborted(workers.ready(), signal)
  return (await fresh?.put(order, signal, onSent)) ?? { type: 'no-worker' }
}

function resultOf(end: PutResult, part: SignedPart): PutOutcome {
  switch (end.type) {
    case 'answered':
      return outcomeOf(end.answer, part)
    case 'silent':
      return failed({ kind: 'no-response' })
    case 'blocked':
      // Where it led to is not told. A store that is none any more is the host's to find out.
      return failed(end.isRedirect ? { kind: 'redirected', to: null } : { kind: 'no-response' })
    case 'refused':
      return failed({ kind: 'internal', reference: `put: ${end.reason}` })
    case 'worker-died':
      return failed({ kind: 'stalled' })
    case 'no-worker':
      return failed({ kind: 'host-gone' })
    default:
      return unreachable(end)
  }
}

async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
