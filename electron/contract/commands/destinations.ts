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

export const DestinationList = z.strictObject({
  destinations: z.array(Destination),
  /** The one that drops go to; null before the first is made. */
  selectedId: z.nullable(DestinationId),
  /** The one that is selected when Ferry starts; null: the one selected last. */
  defaultId: z.nullable(DestinationId),
})

export const destinationCommands = {
  listDestinations: command(nothing, DestinationList),
  /** Makes the bucket on this computer on the first call; selects it on every call. */
  openLocalBucket: command(nothing, Destination),
  /** Those that the keys may see, by name; `isComplete` false: there are more. */
  listBuckets: command(
    z.strictObject({ draft: DestinationDraft }),
    z.strictObject({ buckets: z.array(ListedBucket), isComplete: z.boolean() }),
  ),
  /** Stores the draft and selects it; corrects the region where the store names another. */
  saveDestination: command(
    DestinationDraft,
    z.strictObject({ destination: Destination, notes: z.array(DraftNote) }),
  ),
  selectDestination: command(z.strictObject({ destinationId: DestinationId }), nothing),
  /** Wipes the secret too. Refused with `in-use` while uploads to it are unfinished. */
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
  /** With its keys and rules, under another name; the copy is selected. */
  duplicateDestination: command(z.strictObject({ destinationId: DestinationId }), Destination),
  setDefaultDestination: command(
    z.strictObject({ destinationId: z.nullable(DestinationId) }),
    nothing,
  ),
  /** Fails with `rules-invalid`. They count for uploads that have not begun. */
  saveRules: command(
    z.strictObject({ destinationId: DestinationId, rules: UploadRules }),
    Destination,
  ),
  /** All destinations without their secrets, as a file to keep or to take elsewhere. */
  exportSettings: command(nothing, z.strictObject({ fileName: z.string(), text: z.string() })),
  /**
   * Adds what is not there yet, also from files of older and newer Ferrys; what cannot be read of
   * an entry costs nothing else. The user is asked first, outside the page where that is possible.
   * No way to keys is taken over: they have to be entered or chosen again. Fails with `form-invalid`
   * for what is no file of Ferry's settings, `too-many-destinations` or `not-confirmed`.
   */
  importSettings: command(
    z.strictObject({ text: z.string().check(z.maxLength(1_000_000)) }),
    z.strictObject({
      addedCount: z.int(),
      knownCount: z.int(),
      unreadableCount: z.int(),
      /** Added without some of what the file says of them. */
      partlyRead: z.array(PartlyRead),
      /** A newer Ferry may mean something else by what it says. */
      fileVersion: z.enum(['known', 'newer']),
    }),
  ),
} as const
