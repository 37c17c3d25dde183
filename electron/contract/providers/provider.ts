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
  /** Set if it differs from the address that the store's `endpointTemplate` gives for the ID. */
  readonly endpoint?: string
}

/** The statement of a store's documentation; null: there is none, so only the check can tell. */
export type Documented = boolean | null

/**
 * How a store grants permissions to keys, so that Ferry never suggests something it does not have:
 * - `policy`: IAM or bucket policies in AWS's language;
 * - `token`: permissions of an API token, of which the keys are a part;
 * - `capability`: a list that a key gets when it is made, and keeps;
 * - `role`: roles of the account behind the keys;
 * - `key`: read and write rights of the key itself, for each bucket.
 */
type PermissionModel = 'policy' | 'token' | 'capability' | 'role' | 'key'

/** Features that an upload's rules can ask for and that a store may lack. */
export type StoreFeature = 'acl' | 'tags' | 'storage-class' | 'sse-s3' | 'sse-kms' | 'metadata'

/** An address of the store's website that shows a bucket. */
export interface ConsolePage {
  /**
   * Matches host and path; groups `bucket`, `prefix`, `region`, and those that `endpoint` names.
   */
  readonly page: RegExp
  /** Built from the groups, `{account}`; null: known from the region, or not at all. */
  readonly endpoint: string | null
}

/** Services besides buckets, to which Ferry cannot upload. */
export type OtherService = 'access-point' | 'directory-bucket' | 'outpost' | 'object-lambda'

/** An address that contains the customer's account. */
interface AccountHost {
  readonly endpointTemplate: string
  /** Variables in which settings store the account's ID. */
  readonly variables: readonly string[]
}

/** Everything that Ferry knows about a store before it has contacted it. */
export interface Provider {
  readonly id: ProviderId
  readonly label: string
  /** For narrow spaces in the window. */
  readonly shortLabel: string
  /**
   * `{region}` is the form's region; null if the region alone does not determine the address (an
   * account's own host, a server at home).
   */
  readonly endpointTemplate: string | null
  /** Shown in the empty endpoint field. */
  readonly endpointExample: string
  /** Used when the form leaves the region empty. */
  readonly defaultRegion: string
  /** The known regions; there may be newer ones. Empty: the server's owner names the region. */
  readonly regions: readonly StoreRegion[]
  /**
   * Host names of the store's endpoints, with or without a bucket in front. Groups: `bucket`,
   * `region`. Empty: the user's own server, which has any name.
   */
  readonly hosts: readonly RegExp[]
  /**
   * Hosts that show a bucket to the public and accept no uploads: websites, caches. Same groups.
   */
  readonly publicHosts: readonly RegExp[]
  readonly otherHosts: readonly (readonly [RegExp, OtherService])[]
  readonly consoles: readonly ConsolePage[]
  readonly account: AccountHost | null
  /** `r2` of `r2://bucket/prefix`. */
  readonly urlSchemes: readonly string[]
  /** Partitions of ARNs, and the region that applies if an ARN names none; null: any. */
  readonly arnPartitions: Readonly<Record<string, string | null>>
  /** The value of rclone's `provider`. */
  readonly rcloneName: string | null
  readonly pathStyle: boolean
  /** `strict`: AWS's rules for names; `loose`: capitals and underscores too. */
  readonly bucketNames: 'strict' | 'loose'
  /** The store's own limit; a file with more parts than that is refused at the end. */
  readonly maxPartCount: number
  /**
   * False if the number is only a precaution, and one part with a higher number proves more. If the
   * number is documented, such a part proves nothing: a store may count only when it joins the
   * parts.
   */
  readonly isPartCountCertain: boolean
  /** The part size if the user leaves it to Ferry and the file is not huge. */
  readonly usualPartBytes: number
  /**
   * The days after which the store removes an unfinished upload by default; null: it keeps it until
   * it is cancelled or a rule of the bucket removes it, or the documentation does not say.
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
  /** Features known to be missing; others may be missing, too. */
  readonly lacks: readonly StoreFeature[]
  /** The known classes. Empty: not known, and any name may be typed. */
  readonly storageClasses: readonly string[]
  /** Notes for the user before the first upload, one sentence each. */
  readonly notes: readonly string[]
  /** The sources of the row. */
  readonly sources: readonly string[]
}
