import { endianness } from 'node:os'
import { describe, expect, it } from 'vitest'
import { hexAddress } from '../../electron/loopback/connections.ts'

/** proc_net_tcp(5) uses the processor's byte order. */
describe.runIf(endianness() === 'LE')('an address in the connection table', () => {
  it.each([
    ['127.0.0.1', 47_470, '0100007F:B96E'],
    ['127.0.0.2', 80, '0200007F:0050'],
    ['::1', 47_470, '00000000000000000000000001000000:B96E'],
  ])('is written for %s and port %i as %s', (address, port, written) => {
    expect(hexAddress(address, port)).toBe(written)
  })
})
