import type { UploadId } from '../../../electron/contract/ids.ts'
import { type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import { type PartPlan, rangeOfPart } from '../../../electron/contract/part-plan.ts'
import type { PartReceipt } from '../../../electron/contract/upload.ts'
import type { PartSigner } from './part-signer.ts'
import type { FileSource, PartSending, PartTransport } from './ports.ts'
import { type StallPorts, watchedSend } from './stall-watch.ts'
import type { SumStock } from './sum-stock.ts'

export interface PartToSend {
  readonly uploadId: UploadId
  readonly plan: PartPlan
  readonly partNumber: number
  readonly source: FileSource
  readonly stock: SumStock
}

/** One try of one part: read, sum up, sign, send, in this order, so that the signature is young. */
export async function sendPart(
  ports: StallPorts & { readonly transport: PartTransport; readonly signer: PartSigner },
  part: PartToSend,
  sending: PartSending,
): Promise<Outcome<PartReceipt>> {
  const { uploadId, plan, partNumber, source, stock } = part
  const body = await source.read(rangeOfPart(plan, partNumber), sending.signal)
  if (!body.ok) return body
  const summed = await stock.take(partNumber, body.value)
  if (!summed.ok) return summed
  const checksum = summed.value
  const signed = await ports.signer.take(uploadId, { partNumber, checksum })
  if (!signed.ok) return signed
  sending.signal.throwIfAborted()
  const sent = await watchedSend(ports, body.value.byteLength, sending, (watched) =>
    ports.transport.putPart(signed.value, body.value, watched),
  )
  return sent.ok ? succeeded({ partNumber, etag: sent.value.etag, checksum }) : sent
}
