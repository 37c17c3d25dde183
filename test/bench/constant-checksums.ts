import { succeeded } from '../../electron/contract/outcome.ts'
import type { Checksums } from '../../renderer/engine/ports.ts'

/** The length of a CRC64NVME, which Ferry calculates for a store that checks nothing. */
const CONSTANT_CHECKSUM = 'AAAAAAAAAAA='

/** Replaces the worker in the page without integrity: reads nothing and always returns the same. */
export function workerChecksums(): Checksums {
  return {
    of: async () => succeeded(CONSTANT_CHECKSUM),
    withCrc: async () => succeeded({ checksum: CONSTANT_CHECKSUM, crc: CONSTANT_CHECKSUM }),
  }
}
