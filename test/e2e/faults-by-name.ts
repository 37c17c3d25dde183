import type { FaultProxy } from '../faults/fault-proxy.ts'
import type { Operation, SeenRequest } from '../faults/seen-request.ts'
import { PASS, type Verdict } from '../faults/verdict.ts'

export interface Lasting {
  readonly lift: () => void
}

/** From now on, until it is lifted, every such request for this file gets the fault. */
export function faultLasting(
  proxy: FaultProxy,
  name: string,
  operation: Operation,
  verdict: Verdict,
): Lasting {
  let current = verdict
  proxy.setRule((request) =>
    isOf(request, name) && request.operation === operation ? current : PASS,
  )
  return {
    lift: () => {
      current = PASS
    },
  }
}

/** Each such request for this file gets the next fault; after the last one everything passes. */
export function faultsInTurn(
  proxy: FaultProxy,
  name: string,
  operation: Operation,
  verdicts: readonly Verdict[],
): void {
  const left = [...verdicts]
  proxy.setRule((request) =>
    isOf(request, name) && request.operation === operation ? (left.shift() ?? PASS) : PASS,
  )
}

export function isOf({ path }: SeenRequest, name: string): boolean {
  return decodeURIComponent(path).endsWith(`/${name}`)
}

/** Whether it is this part of the file, or, without a number, any of its parts. */
export function isPart(request: SeenRequest, name: string, partNumber?: number): boolean {
  const isAsked = partNumber === undefined || request.partNumber === partNumber
  return request.operation === 'UploadPart' && isOf(request, name) && isAsked
}
