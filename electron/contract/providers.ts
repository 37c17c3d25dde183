import { S3_LIMITS } from './limits.ts'
import type { ProviderId } from './provider-id.ts'

/** What Ferry knows of a store before it has spoken with it. */
export interface Provider {
  readonly id: ProviderId
  readonly label: string
  /**
   * `{region}` is the form's region; null where the address cannot be told from the region alone
   * (an account's own host, a server at home).
   */
  readonly endpointTemplate: string | null
  /** Shown in the empty endpoint field. */
  readonly endpointExample: string
  /** Used when the form leaves the region empty. */
  readonly defaultRegion: string
  readonly pathStyle: boolean
  /** The store's own limit; a file with more parts than that is refused at the end. */
  readonly maxPartCount: number
  /**
   * After how many days the store removes an unfinished upload, if nobody told it otherwise; null:
   * it keeps it until it is cancelled or a rule of the bucket removes it.
   */
  readonly unfinishedDays: number | null
}

/**
 * In the order in which the form offers them.
 *
 * Part limits: Scaleway takes 1,000 (rclone's `Scaleway.yaml`), and so does OpenStack Swift unless
 * its operator raised it, hence the cautious number for stores we do not know.
 *
 * Unfinished uploads: R2 removes them after 7 days by its default rule
 * (developers.cloudflare.com/r2/objects/multipart-objects), Wasabi after 30 (docs.wasabi.com,
 * "Multi-Part Uploads"; an older page says 31), MinIO after 24 hours (`stale_uploads_expiry`,
 * github.com/minio/docs/issues/1216). AWS keeps them for ever
 * (docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html).
 */
export const PROVIDERS: readonly Provider[] = [
  {
    id: 'aws',
    label: 'Amazon S3',
    endpointTemplate: 'https://s3.{region}.amazonaws.com',
    endpointExample: 'https://s3.eu-central-1.amazonaws.com',
    defaultRegion: 'us-east-1',
    pathStyle: false,
    maxPartCount: S3_LIMITS.maxPartCount,
    unfinishedDays: null,
  },
  {
    id: 'r2',
    label: 'Cloudflare R2',
    endpointTemplate: null,
    endpointExample: 'https://ACCOUNT.r2.cloudflarestorage.com',
    defaultRegion: 'auto',
    pathStyle: true,
    maxPartCount: S3_LIMITS.maxPartCount,
    unfinishedDays: 7,
  },
  {
    id: 'b2',
    label: 'Backblaze B2',
    endpointTemplate: 'https://s3.{region}.backblazeb2.com',
    endpointExample: 'https://s3.us-west-004.backblazeb2.com',
    defaultRegion: 'us-west-004',
    pathStyle: false,
    maxPartCount: S3_LIMITS.maxPartCount,
    unfinishedDays: null,
  },
  {
    id: 'wasabi',
    label: 'Wasabi',
    endpointTemplate: 'https://s3.{region}.wasabisys.com',
    endpointExample: 'https://s3.eu-central-1.wasabisys.com',
    defaultRegion: 'us-east-1',
    // Dots in bucket names break TLS for virtual hosts there.
    pathStyle: true,
    maxPartCount: S3_LIMITS.maxPartCount,
    unfinishedDays: 30,
  },
  {
    id: 'spaces',
    label: 'DigitalOcean Spaces',
    endpointTemplate: 'https://{region}.digitaloceanspaces.com',
    endpointExample: 'https://fra1.digitaloceanspaces.com',
    defaultRegion: 'nyc3',
    pathStyle: false,
    maxPartCount: S3_LIMITS.maxPartCount,
    unfinishedDays: null,
  },
  {
    id: 'scaleway',
    label: 'Scaleway',
    endpointTemplate: 'https://s3.{region}.scw.cloud',
    endpointExample: 'https://s3.fr-par.scw.cloud',
    defaultRegion: 'fr-par',
    pathStyle: false,
    maxPartCount: 1000,
    unfinishedDays: null,
  },
  {
    id: 'minio',
    label: 'MinIO',
    endpointTemplate: null,
    endpointExample: 'http://192.168.1.20:9000',
    defaultRegion: 'us-east-1',
    pathStyle: true,
    maxPartCount: S3_LIMITS.maxPartCount,
    unfinishedDays: 1,
  },
  {
    id: 'ceph',
    label: 'Ceph',
    endpointTemplate: null,
    endpointExample: 'https://ceph.example.org',
    defaultRegion: 'us-east-1',
    pathStyle: true,
    maxPartCount: S3_LIMITS.maxPartCount,
    unfinishedDays: null,
  },
  {
    id: 'other',
    label: 'Another S3 store',
    endpointTemplate: null,
    endpointExample: 'https://s3.example.org',
    defaultRegion: 'us-east-1',
    pathStyle: true,
    maxPartCount: 1000,
    unfinishedDays: null,
  },
]

export function providerOf(id: ProviderId): Provider {
  const found = PROVIDERS.find((provider) => provider.id === id)
  if (found === undefined) throw new TypeError(`No provider ${id}`)
  return found
}

/** The address of a store's region; null where the person has to know it. */
export function endpointOf(provider: Provider, region: string): string | null {
  return provider.endpointTemplate?.replace('{region}', region || provider.defaultRegion) ?? null
}
