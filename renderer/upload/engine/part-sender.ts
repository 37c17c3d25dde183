import type { UploadId } from '../../../electron/contract/ids.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'
import { type PartPlan, rangeOfPart } from '../../../electron/contract/part-plan.ts'
import type { PartSigner } from './part-signer.ts'
import type { FileSource, PartSending, PartTransport } from './ports.ts'
import { type StallPorts, watchedSend } from './stall-watch.ts'

export interface PartToSend {
  readonly uploadId: UploadId
  readonly plan: PartPlan
  readonly partNumber: number
  readonly source: FileSource
}

/** One try of one part: read, sign, send, in this order, so that the signature is young. */
export async function sendPart(
  ports: StallPorts & { readonly transport: PartTransport; readonly signer: PartSigner },
  part: PartToSend,
  sending: PartSending,
): Promise<Outcome<{ readonly etag: string }>> {
  const { uploadId, plan, partNumber, source } = part
  const body = await source.read(rangeOfPart(plan, partNumber), sending.signal)
  if (!body.ok) return body
  const signed = await ports.signer.take(uploadId, partNumber)
  if (!signed.ok) return signed
  sending.signal.throwIfAborted()
  return watchedSend(ports, body.value.byteLength, sending, (watched) =>
    ports.transport.putPart(signed.value, body.value, watched),
  )
}
