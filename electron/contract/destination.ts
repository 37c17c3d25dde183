import * as z from 'zod/mini'
import { StoreIntegrity } from './checksum.ts'
import { DestinationField, Failure } from './failure.ts'
import { DestinationId } from './ids.ts'
import { S3_LIMITS } from './limits.ts'

const text = (max: number) => z.string().check(z.maxLength(max))

export const ProviderId = z.enum([
  'aws',
  'r2',
  'b2',
  'wasabi',
  'spaces',
  'scaleway',
  'minio',
  'ceph',
  'other',
])
export type ProviderId = z.infer<typeof ProviderId>

export const LinkSeconds = z.int().check(z.gte(1), z.lte(S3_LIMITS.maxLinkSeconds))

/** Where the secret of a destination is kept. */
export const SecretPlace = z.enum([
  /** Encrypted by the operating system's key store. */
  'system',
  /** In a file that only this user may read (mode 0600), not encrypted. */
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
  provider: ProviderId,
  /** Scheme, host and port, without a path. */
  endpoint: text(2000),
  region: text(100),
  bucket: text(255),
  /** Empty, or a folder that ends with `/`. */
  prefix: text(1024),
  pathStyle: z.boolean(),
  accessKeyId: text(300),
  secretPlace: SecretPlace,
  /** False after a restart when the secret was kept in memory only. */
  hasSecret: z.boolean(),
  linkSeconds: LinkSeconds,
  maxPartCount: z.int().check(z.gte(1), z.lte(S3_LIMITS.maxPartCount)),
  /** Found out when the first upload begins; null until then. */
  integrity: z.nullable(StoreIntegrity),
})
export type Destination = z.infer<typeof Destination>

/** What the form sends. Fields come as typed; the host trims and judges them. */
export const DestinationDraft = z.strictObject({
  /** Set when an existing destination is edited; empty secret fields then mean "as before". */
  destinationId: z.nullable(DestinationId),
  name: text(200),
  provider: ProviderId,
  endpoint: text(2000),
  region: text(100),
  bucket: text(300),
  prefix: text(2000),
  pathStyle: z.boolean(),
  accessKeyId: text(300),
  secretAccessKey: text(1000),
  sessionToken: text(8000),
  /** False: keep the secret only while Ferry runs. */
  keepSecret: z.boolean(),
})
export type DestinationDraft = z.infer<typeof DestinationDraft>

/** What the host changed in a draft before it used it; the form says so. */
export const DraftNote = z.strictObject({
  field: DestinationField,
  change: z.enum(['trimmed', 'scheme-added', 'slash-removed', 'slash-added', 'region-corrected']),
})
export type DraftNote = z.infer<typeof DraftNote>

export const CheckStep = z.enum([
  'form',
  'endpoint',
  'clock',
  'credentials',
  'region',
  'bucket',
  'write',
  'multipart',
  'read',
  'delete',
  'cors',
])
export type CheckStep = z.infer<typeof CheckStep>

export const CheckLine = z.discriminatedUnion('verdict', [
  z.strictObject({ step: CheckStep, verdict: z.literal('passed') }),
  z.strictObject({ step: CheckStep, verdict: z.literal('failed'), failure: Failure }),
  /** It works, but the person should know. */
  z.strictObject({ step: CheckStep, verdict: z.literal('warned'), failure: Failure }),
  /** Not reached, because an earlier line failed. */
  z.strictObject({ step: CheckStep, verdict: z.literal('unknown') }),
])
export type CheckLine = z.infer<typeof CheckLine>

export const CheckReport = z.strictObject({
  lines: z.array(CheckLine),
  notes: z.array(DraftNote),
  /** The region that the store names, when it differs from the form's. */
  suggestedRegion: z.nullable(text(100)),
})
export type CheckReport = z.infer<typeof CheckReport>
