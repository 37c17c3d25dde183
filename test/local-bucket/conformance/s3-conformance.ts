import { describe } from 'vitest'
import { integrityConformance } from './integrity.ts'
import { keyConformance } from './keys.ts'
import { listConformance } from './lists.ts'
import { multipartConformance } from './multipart.ts'
import { objectConformance } from './objects.ts'
import { settingConformance } from './settings.ts'
import { signedSumConformance } from './signed-checksums.ts'
import type { StoreOf } from './store.ts'

/**
 * Checks documented behaviour of S3 on a store, over real HTTP with the AWS SDK. It needs its own
 * bucket, which it fills, leaving versions and settings behind.
 */
export function s3Conformance(storeOf: StoreOf): void {
  describe('keys', () => keyConformance(storeOf))
  objectConformance(storeOf)
  describe('integrity', () => integrityConformance(storeOf))
  listConformance(storeOf)
  multipartConformance(storeOf)
  describe('signed checksums', () => signedSumConformance(storeOf))
  settingConformance(storeOf)
}
