import type { SignedPart } from '../../electron/contract/commands/uploads.ts'
import type { Failure } from '../../electron/contract/failure/kinds.ts'
import { endpointAt, failureFromHttp } from '../../electron/contract/failure/s3-failure.ts'
import { failed, type Outcome, succeeded } from '../../electron/contract/outcome.ts'
import { unreachable } from '../../electron/lib/unreachable.ts'
import type { PartSending, PartTransport } from '../engine/ports.ts'
import { probeBlob } from './blob-reader.ts'
import { startBundledWorker } from './bundled-workers.ts'
import type { PutAnswer } from './put-protocol.ts'
import { CurrentPutWorker, type JobEnd } from './put-worker-client.ts'

export interface XhrPartTransport extends PartTransport {
  /** The set of reachable stores may have changed. Running PUTs are not affected. */
  readonly storesChanged: () => void
}

/**
 * PUTs parts in a worker that may reach the stores, which the page itself may not
 * (docs/decisions/0014-parts-are-sent-by-a-worker.md).
 */
export function xhrPartTransport(): XhrPartTransport {
  const workers = new CurrentPutWorker(() => startBundledWorker('puts'))
  // Started at once, because the host that serves the script may be away later.
  void workers.ready()
  return {
    storesChanged: () => workers.replaceNext(),
    putPart: async (part, { payload }, sending) => {
      if (!(payload instanceof Blob)) throw new TypeError('The part is not a Blob')
      const outcome = resultOf(await put(workers, part, payload, sending), part)
      if (outcome.ok || outcome.failure.kind !== 'no-response') return outcome
      // Chromium reports a body that can no longer be read as a network error.
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
  // The worker's policy may be older than the destination.
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
      // The browser does not reveal where the redirect led. The host finds out if the store no
      // longer exists.
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

type PutOutcome = Outcome<{ readonly etag: string }>

/** Translates the answer to a part's PUT. */
function outcomeOf(answer: PutAnswer, part: SignedPart): PutOutcome {
  // Ceph can be configured to answer 201: rgw_s3_success_create_obj_status.
  const isTaken = answer.status >= 200 && answer.status < 300
  const failure = isTaken ? null : failureOf(answer, part)
  // The browser followed a redirect by itself, with a signature that is valid for one host only.
  // The host that answered is not the store that was asked, even if it says that it took the part.
  if (answer.origin !== new URL(part.url).origin) {
    const to = endpointAt(answer.origin, part.bucket)
    return failed({ kind: 'redirected', to, ...answerOf(failure) })
  }
  if (failure !== null) return failed(failure)
  const etag = answer.headers.etag ?? ''
  return etag === '' ? failed({ kind: 'etag-hidden' }) : succeeded({ etag })
}

function failureOf({ status, headers, text }: PutAnswer, part: SignedPart): Failure {
  const { host, pathname: path, searchParams } = new URL(part.url)
  const { bucket, isLocal } = part
  const asked = { host, path, bucket, isLocal, action: 's3:PutObject' }
  const failure = failureFromHttp({ status, headers, text }, asked, Date.now())
  // Ceph's code for an aborted upload; a PUT of a whole file cannot lack a key.
  const isOfUpload = searchParams.has('uploadId')
  const isKeyMissing = failure.kind === 'store-refused' && failure.code === 'NoSuchKey'
  return isOfUpload && isKeyMissing ? { kind: 'upload-gone', ...answerOf(failure) } : failure
}

function answerOf(failure: Failure | null) {
  return failure !== null && 'answer' in failure ? { answer: failure.answer } : {}
}
