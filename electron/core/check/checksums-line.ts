import { probeEveryChecksum } from '../integrity/store-integrity.ts'
import { passed, unknown, warned } from './line.ts'
import type { Step } from './trial.ts'

/** Which checksums the store truly verifies: a wrong one of each is sent, and a right one. */
export const checksumsLine: Step = async ({ uploads, writing }) => {
  const found = await probeEveryChecksum(uploads, writing)
  if (!found.ok) return unknown(found.failure)
  if (found.value === 'hidden') return unknown()
  const verified = [...found.value]
  const finding = { kind: 'checksums' as const, verified }
  return verified.length > 0 ? passed(finding) : warned(finding)
}
