import * as z from 'zod/mini'
import { StoreIntegrity } from '../checksum.ts'
import { DestinationDraft, DraftNote, ListedBucket } from '../destination-draft.ts'
import { DestinationId } from '../ids.ts'
import { S3_LIMITS } from '../limits.ts'
import { ProviderId } from '../providers/provider.ts'
import { UploadRules } from '../rules/upload-rules.ts'
import { PartlyRead } from '../unread-settings.ts'
import { StoreFindings } from './checks.ts'
import { CredentialSource } from './credentials.ts'
import { command, nothing } from './row.ts'

const text = (max: number) => z.string().check(z.maxLength(max))

export const LinkSeconds = z.int().check(z.gte(1), z.lte(S3_LIMITS.maxLinkSeconds))

/** Distinguishes a destination at a glance, together with its name's initial. */
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

const DestinationName = text(200).check(z.minLength(1))

/** The storage of a destination's secret. */
export const SecretPlace = z.enum([
  /** Encrypted by the operating system's key store. */
  'system',
  /** In a file that only this user may read, not encrypted. */
  'file',
  /** Nowhere: gone when Ferry stops. */
  'memory',
])
export type SecretPlace = z.infer<typeof SecretPlace>

/** A destination as the page may know it; never its secret access key. */
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
  /** For typed keys; `memory` for keys from other sources. */
  secretPlace: SecretPlace,
  /** False after a restart when typed keys were kept in memory only. */
  hasSecret: z.boolean(),
  /** When the current keys expire; null: never, unknown, or none were needed yet. */
  keysExpireAtMs: z.nullable(z.number()),
  linkSeconds: LinkSeconds,
  maxPartCount: z.int().check(z.gte(1), z.lte(S3_LIMITS.maxPartCount)),
  rules: UploadRules,
  /** Set when the first upload begins, or by the check; null until then. */
  integrity: z.nullable(StoreIntegrity),
  /** The findings of the last connection check; null: there was none for this bucket. */
  findings: z.nullable(StoreFindings),
})
export type Destination = z.infer<typeof Destination>

export const DestinationList = z.strictObject({
  destinations: z.array(Destination),
  /** The one that drops go to; null before the first one exists. */
  selectedId: z.nullable(DestinationId),
  /** The one that is selected when Ferry starts; null: the one selected last. */
  defaultId: z.nullable(DestinationId),
})

export const destinationCommands = {
  listDestinations: command(nothing, DestinationList),
  /** Creates the bucket on this computer on the first call, and selects it on every call. */
  openLocalBucket: command(nothing, Destination),
  /** Lists the buckets that the keys may see, by name; `isComplete` false: there are more. */
  listBuckets: command(
    z.strictObject({ draft: DestinationDraft }),
    z.strictObject({ buckets: z.array(ListedBucket), isComplete: z.boolean() }),
  ),
  /** Stores the draft and selects it; corrects the region if the store names another. */
  saveDestination: command(
    DestinationDraft,
    z.strictObject({ destination: Destination, notes: z.array(DraftNote) }),
  ),
  selectDestination: command(z.strictObject({ destinationId: DestinationId }), nothing),
  /** Also wipes the secret. Refused with `in-use` while uploads to it are unfinished. */
  forgetDestination: command(z.strictObject({ destinationId: DestinationId }), nothing),
  setLinkLife: command(
    z.strictObject({ destinationId: DestinationId, linkSeconds: LinkSeconds }),
    Destination,
  ),
  setDestinationLook: command(
    z.strictObject({
      destinationId: DestinationId,
      name: DestinationName,
      color: DestinationColor,
    }),
    Destination,
  ),
  /** Copies it with its keys and rules under another name, and selects the copy. */
  duplicateDestination: command(z.strictObject({ destinationId: DestinationId }), Destination),
  setDefaultDestination: command(
    z.strictObject({ destinationId: z.nullable(DestinationId) }),
    nothing,
  ),
  /** Fails with `rules-invalid`. The rules apply to uploads that have not begun. */
  saveRules: command(
    z.strictObject({ destinationId: DestinationId, rules: UploadRules }),
    Destination,
  ),
  /** Exports all destinations without their secrets, as a file. */
  exportSettings: command(nothing, z.strictObject({ fileName: z.string(), text: z.string() })),
  /**
   * Adds new destinations, also from files of older and newer versions of Ferry; an unreadable
   * setting does not affect the rest of its entry. Asks the user first, outside the page if possible.
   * Imports no source of keys: the user has to enter or choose them again. Fails with `form-invalid`
   * for a file that is not Ferry's settings, with `too-many-destinations` or with `not-confirmed`.
   */
  importSettings: command(
    z.strictObject({ text: z.string().check(z.maxLength(1_000_000)) }),
    z.strictObject({
      addedCount: z.int(),
      knownCount: z.int(),
      unreadableCount: z.int(),
      /** Added without some of their settings. */
      partlyRead: z.array(PartlyRead),
      /** A newer version of Ferry may give its settings another meaning. */
      fileVersion: z.enum(['known', 'newer']),
    }),
  ),
} as const
