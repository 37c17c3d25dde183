import * as z from 'zod/mini'

export const ProviderId = z.enum([
  'aws',
  'r2',
  'b2',
  'wasabi',
  'spaces',
  'scaleway',
  'hetzner',
  'ovh',
  'gcs',
  'ibm',
  'linode',
  'storj',
  'minio',
  'ceph',
  'garage',
  'rustfs',
  'seaweedfs',
  'swift',
  'other',
])
export type ProviderId = z.infer<typeof ProviderId>

export interface StoreRegion {
  readonly id: string
  readonly label?: string
  /** Where it is not what the store's `endpointTemplate` makes of the id. */
  readonly endpoint?: string
}

/** What a store's documentation says; null: it is silent, so only the check can tell. */
export type Documented = boolean | null

/**
 * Where it stands what keys may do, so that nobody is sent to change what a store does not have:
 * - `policy`: IAM or bucket policies in AWS's language;
 * - `token`: permissions of an API token, of which the keys are a part;
 * - `capability`: a list that a key gets when it is made, and keeps;
 * - `role`: roles of the account behind the keys;
 * - `key`: read and write rights of the key itself, for each bucket.
 */
type PermissionModel = 'policy' | 'token' | 'capability' | 'role' | 'key'

/** What an upload's rules can ask for, and a store can be without. */
export type StoreFeature = 'acl' | 'tags' | 'storage-class' | 'sse-s3' | 'sse-kms' | 'metadata'

/** An address of the store's website that shows a bucket. */
export interface ConsolePage {
  /** Of host and path; groups `bucket`, `prefix`, `region`, and those that `endpoint` names. */
  readonly page: RegExp
  /** Made of the groups, `{account}`; null: told by the region, or not at all. */
  readonly endpoint: string | null
}

/** What a store offers beside buckets, and no upload of Ferry's can go to. */
export type OtherService = 'access-point' | 'directory-bucket' | 'outpost' | 'object-lambda'

/** An address that the customer's account is a part of. */
interface AccountHost {
  readonly endpointTemplate: string
  /** Variables that settings keep the account's id in. */
  readonly variables: readonly string[]
}

/** What Ferry knows of a store before it has spoken with it. */
export interface Provider {
  readonly id: ProviderId
  readonly label: string
  /** Where there is little room. */
  readonly shortLabel: string
  /**
   * `{region}` is the form's region; null where the address cannot be told from the region alone
   * (an account's own host, a server at home).
   */
  readonly endpointTemplate: string | null
  /** Shown in the empty endpoint field. */
  readonly endpointExample: string
  /** Used when the form leaves the region empty. */
  readonly defaultRegion: string
  /** To choose from; there may be newer ones. Empty: the server's owner names it. */
  readonly regions: readonly StoreRegion[]
  /**
   * Host names of the store's endpoints, with a bucket in front or without. Groups: `bucket`,
   * `region`. Empty: a server of somebody's own, which has any name.
   */
  readonly hosts: readonly RegExp[]
  /** Hosts that show a bucket to the world and take no uploads: websites, caches. Same groups. */
  readonly publicHosts: readonly RegExp[]
  readonly otherHosts: readonly (readonly [RegExp, OtherService])[]
  readonly consoles: readonly ConsolePage[]
  readonly account: AccountHost | null
  /** `r2` of `r2://bucket/prefix`. */
  readonly urlSchemes: readonly string[]
  /** Partitions of ARNs, and the region that is meant where an ARN names none; null: any. */
  readonly arnPartitions: Readonly<Record<string, string | null>>
  /** As rclone's `provider` says it. */
  readonly rcloneName: string | null
  readonly pathStyle: boolean
  /** `strict`: AWS's rules for names; `loose`: capitals and underscores too. */
  readonly bucketNames: 'strict' | 'loose'
  /** The store's own limit; a file with more parts than that is refused at the end. */
  readonly maxPartCount: number
  /**
   * False where the number is mere caution, and one part with a higher number proves more. Where it
   * is documented such a part proves nothing: a store may count only when it joins them.
   */
  readonly isPartCountCertain: boolean
  /** What the part size is when the person leaves it to Ferry and the file is not huge. */
  readonly usualPartBytes: number
  /**
   * After how many days the store removes an unfinished upload, if nobody told it otherwise; null:
   * it keeps it until it is cancelled or a rule of the bucket removes it, or does not say.
   */
  readonly unfinishedDays: number | null
  /** `x-amz-checksum-*` headers are verified. */
  readonly checksums: Documented
  /** HTML forms with a signed policy. */
  readonly postForms: Documented
  /** `If-None-Match: *` on PUT is honoured. */
  readonly conditionalWrites: Documented
  /** Null: not known. */
  readonly permissions: PermissionModel | null
  /** Known to be missing; what is not named here may be missing too. */
  readonly lacks: readonly StoreFeature[]
  /** To choose from. Empty: not known, and any name may be typed. */
  readonly storageClasses: readonly string[]
  /** What a person should know before the first upload, one sentence each. */
  readonly notes: readonly string[]
  /** Where the row comes from. */
  readonly sources: readonly string[]
}
