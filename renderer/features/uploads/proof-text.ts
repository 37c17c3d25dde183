import type { ChecksumAlgorithm, Proof } from '../../../electron/contract/checksum.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'

const ALGORITHM_NAMES: Record<ChecksumAlgorithm, string> = {
  crc64nvme: 'CRC64NVME',
  crc32c: 'CRC32C',
  sha256: 'SHA-256',
  md5: 'MD5',
}

export interface ProofText {
  readonly title: string
  /** How it is known, in whole sentences. */
  readonly sentences: readonly string[]
}

/** What "verified" stands on, or why there is nothing to stand on. */
export function proofText(proof: Proof): ProofText {
  switch (proof.level) {
    case 'whole':
      return {
        title: 'The whole file was compared',
        sentences: [
          `The store’s checksum of the finished object is the file’s own (${ALGORITHM_NAMES[proof.algorithm]}).`,
          'What is in the bucket is the file as it was on this computer, byte for byte.',
        ],
      }
    case 'parts':
      return {
        title: 'Every part was compared',
        sentences: [
          `The store compared each part, as it arrived, with a checksum made on this computer (${ALGORITHM_NAMES[proof.algorithm]}), and holds all of them.`,
          'It offers no checksum of the finished object as a whole.',
        ],
      }
    case 'none':
      return {
        title: 'There was nothing to compare with',
        sentences: [
          'This store neither refuses damaged bytes nor tells a checksum of what it holds.',
          'Ferry made sure that all of the file’s length is there and that the file did not change while it was sent.',
        ],
      }
    default:
      return unreachable(proof)
  }
}
