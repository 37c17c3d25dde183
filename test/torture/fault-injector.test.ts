import { describe, expect, it } from 'vitest'
import type { Operation, SeenRequest } from '../faults/seen-request.ts'
import { faultNameOf } from '../faults/verdict.ts'
import { FaultInjector } from './fault-injector.ts'
import type { FaultKind } from './fault-kinds.ts'

let nowMs = 0

function dealerOf(...kinds: FaultKind[]): FaultInjector {
  nowMs = 0
  const planned = kinds.map((kind, index) => ({
    number: index + 1,
    kind,
    afterMs: 100,
    measure: 0.5,
  }))
  return new FaultInjector(planned, () => nowMs)
}

function request(operation: Operation, from: SeenRequest['from'] = 'page'): SeenRequest {
  return {
    atMs: nowMs,
    operation,
    from,
    method: 'PUT',
    host: '127.0.0.1:9',
    path: '/bucket/film.bin',
    partNumber: operation === 'UploadPart' ? 1 : null,
    contentLength: 100,
    bodyBytes: 0,
    status: null,
    isAnswered: false,
    fault: null,
  }
}

const dealt = (dealer: FaultInjector, ...of: Parameters<typeof request>) =>
  faultNameOf(dealer.verdictFor(request(...of)))

describe('the fault injector', () => {
  it('injects no fault before it is due, and each fault once', () => {
    const dealer = dealerOf('internal-error', 'bad-gateway')

    const names = [99, 100, 150, 200, 1000].map((atMs) => {
      nowMs = atMs
      return dealt(dealer, 'UploadPart')
    })

    expect(names).toEqual([null, 'internal-error', null, 'bad-gateway', null])
  })

  it('lets a fault without a suitable request wait without delaying the others', () => {
    const dealer = dealerOf('error-inside-200', 'bad-gateway')
    nowMs = 500

    const names = [
      dealt(dealer, 'UploadPart'),
      dealt(dealer, 'UploadPart'),
      dealt(dealer, 'CompleteMultipartUpload', 'host'),
    ]

    expect(names).toEqual(['bad-gateway', null, 'error-inside-200'])
  })

  it('never answers ListParts with a missing upload', () => {
    const dealer = dealerOf('upload-gone')
    nowMs = 500

    expect([dealt(dealer, 'ListParts', 'host'), dealt(dealer, 'UploadPart')]).toEqual([
      null,
      'upload-gone',
    ])
  })

  it('corrupts no byte of the host’s integrity probe', () => {
    const dealer = dealerOf('flip', 'bad-digest')
    nowMs = 500

    expect(dealt(dealer, 'UploadPart', 'host')).toBe(null)
    expect(dealt(dealer, 'UploadPart', 'page')).toBe('flip')
  })

  it('leaves the faults that only the store can make to the store', () => {
    const dealer = dealerOf('store-forgets')
    nowMs = 500

    expect(dealt(dealer, 'UploadPart')).toBe(null)
    const taken = dealer.takeStoreForgets()
    expect(taken?.kind).toBe('store-forgets')
    expect(dealer.takeStoreForgets()).toBe(null)
    if (taken !== null) dealer.putBack(taken)
    expect(dealer.takeStoreForgets()).toBe(taken)
  })

  it('injects no more faults after it was stopped', () => {
    const dealer = dealerOf('internal-error')
    nowMs = 500

    dealer.stop()

    expect(dealt(dealer, 'UploadPart')).toBe(null)
  })
})
