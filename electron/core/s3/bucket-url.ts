import { isIP } from 'node:net'
import { S3Client } from '@aws-sdk/client-s3'
import type { Destination } from '../../contract/commands/destinations.ts'

/** What has to be known of a bucket to send requests to it. */
export type BucketAddress = Pick<
  Destination,
  'kind' | 'endpoint' | 'region' | 'bucket' | 'pathStyle'
>

/** Sends nothing; the SDK hands its rules for addresses out by a client alone. */
const { endpointProvider } = new S3Client({ region: 'unused' }).config

/**
 * Where the SDK sends, and signs for, what is meant for the bucket: in the path, or in the host's
 * name. Which of them is decided by more than the setting: a name with dots stays in the path of
 * an `https` endpoint, and an access point has a host of its own.
 * @throws for a bucket for which the SDK could sign nothing either.
 */
export function bucketUrl({
  endpoint,
  region,
  bucket,
  pathStyle,
}: Omit<BucketAddress, 'kind'>): URL {
  const { url } = endpointProvider({
    Bucket: bucket,
    Region: region,
    Endpoint: endpoint,
    ForcePathStyle: usesPathStyle({ endpoint, pathStyle }),
    // As in client.ts.
    ...{ UseFIPS: false, UseDualStack: false, UseArnRegion: false, Accelerate: false },
    DisableS3ExpressSessionAuth: true,
  })
  return new URL(String(url))
}

/**
 * Whether the bucket stands in the path. No name can stand before an address, whatever the setting
 * says, and the SDK throws at some that do.
 */
export function usesPathStyle({
  endpoint,
  pathStyle,
}: Pick<Destination, 'endpoint' | 'pathStyle'>): boolean {
  const host = URL.parse(endpoint)?.hostname.replace(/^\[|\]$/g, '') ?? ''
  return pathStyle || isIP(host) !== 0
}
