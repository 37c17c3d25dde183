import type { UploadRules } from '../../contract/rules.ts'

/** The headers of a PUT that a destination's rules add, by their names. */
export function headersByRules(rules: UploadRules): readonly string[] {
  const { encryption } = rules
  const isKeyNamed = encryption.kind === 'kms' && encryption.keyId !== ''
  const sent: readonly (readonly [name: string, isSent: boolean])[] = [
    ['cache-control', rules.cacheControl !== ''],
    ['content-disposition', rules.disposition !== 'none'],
    ['x-amz-acl', rules.acl !== null],
    ['x-amz-storage-class', rules.storageClass !== ''],
    ['x-amz-tagging', rules.tags.length > 0],
    ['x-amz-server-side-encryption', encryption.kind !== 'bucket'],
    ['x-amz-server-side-encryption-aws-kms-key-id', isKeyNamed],
  ]
  const metadata = rules.metadata.map(({ name }) => `x-amz-meta-${name.toLowerCase()}`)
  return [...sent.flatMap(([name, isSent]) => (isSent ? [name] : [])), ...metadata]
}
