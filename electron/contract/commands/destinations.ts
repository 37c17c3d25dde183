import * as z from 'zod/mini'
import { StoreIntegrity } from '../checksum.ts'
import { DestinationId } from '../ids.ts'
import { S3_LIMITS } from '../limits.ts'
import { ProviderId } from '../providers/provider.ts'
import { UploadRules } from '../rules/upload-rules.ts'
import { StoreFindings } from './checks.ts'
import { CredentialSource } from './credentials.ts'

const text = (max: number) => z.string().check(z.maxLength(max))

export const LinkSeconds = z.int().check(z.gte(1), z.lte(S3_LIMITS.maxLinkSeconds))

/** By which a destination is told from the others at a glance, with its name's initial. */
export const DestinationColor = z.enum([
  'blue',
  'teal',
  'green',
  'amber',
  'orange',
  'red',
  'pink',
  'violet',
  'gray',
])
export type DestinationColor = z.infer<typeof DestinationColor>

export const DestinationName = text(200).check(z.minLength(1))

/** Where the secret of a destination is kept. */
export const SecretPlace = z.enum([
  /** Encrypted by the operating system's key store. */
  'system',
  /** In a file that only this user may read, not encrypted. */
  'file',
  /** Nowhere: gone when Ferry stops. */
  'memory',
])
export type SecretPlace = z.infer<typeof SecretPlace>

/** What the page may know of a destination. The secret access key is not among it. */
export const Destination = z.strictObject({
  destinationId: DestinationId,
  /** `local`: the bucket on this computer, which Ferry itself serves. */
  kind: z.enum(['local', 's3']),
  name: text(200),
  color: DestinationColor,
  provider: ProviderId,
  /** Scheme, host and port, without a path. */
  endpoint: text(2000),
  region: text(100),
  bucket: text(255),
  /** Empty, or a folder that ends with `/`. */
  prefix: text(1024),
  pathStyle: z.boolean(),
  credentials: CredentialSource,
  /** Of typed keys; `memory` for keys that come from elsewhere. */
  secretPlace: SecretPlace,
  /** False after a restart when typed keys were kept in memory only. */
  hasSecret: z.boolean(),
  /** When the keys in use end; null: they do not, they do not say, or none were needed yet. */
  keysExpireAtMs: z.nullable(z.number()),
  linkSeconds: LinkSeconds,
  maxPartCount: z.int().check(z.gte(1), z.lte(S3_LIMITS.maxPartCount)),
  rules: UploadRules,
  /** Found out when the first upload begins, or by the check; null until then. */
  integrity: z.nullable(StoreIntegrity),
  /** What the last connection check saw; null: none was made of this place. */
  findings: z.nullable(StoreFindings),
})
export type Destination = z.infer<typeof Destination>
