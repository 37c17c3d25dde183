import type { PartReceipt } from '../../../electron/contract/commands/uploads.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import { type PartPlan, rangeOfPart } from '../../../electron/contract/part-plan.ts'
import type { ChecksumPrefetch } from '../../engine/integrity/checksum-prefetch.ts'
import type { PartSigner } from '../../engine/transfer/part-signer.ts'
import { type StallDeps, sendWithStallTimeout } from '../../engine/transfer/stall-timeout.ts'
import type { FileSource, PartSending, PartTransport } from './ports.ts'

export interface PartToSend {
  readonly uploadId: UploadId
  readonly plan: PartPlan
  readonly partNumber: number
  readonly source: FileSource
  readonly prefetch: ChecksumPrefetch
}

/** One try of one part: read, sum up, sign, send, in this order, so that the signature is young. */
export async function sendPart(
  ports: StallDeps & { readonly transport: PartTransport; readonly signer: PartSigner },
  part: PartToSend,
  sending: PartSending,
): Promise<Outcome<PartReceipt>> {
  const { uploadId, plan, partNumber, source, prefetch } = part
  const body = await source.read(rangeOfPart(plan, partNumber), sending.signal)
  if (!body.ok) return body
  const summed = await prefetch.checksumOf(partNumber, body.value)
  if (!summed.ok) return summed
  const checksum = summed.value
  const signed = await ports.signer.take(uploadId, { partNumber, checksum })
  if (!signed.ok) return signed
  sending.signal.throwIfAborted()
  const sent = await sendWithStallTimeout(ports, body.value.byteLength, sending, (watched) =>
    ports.transport.putPart(signed.value, body.value, watched),
  )
  return sent.ok ? succeeded({ partNumber, etag: sent.value.etag, checksum }) : sent
}
