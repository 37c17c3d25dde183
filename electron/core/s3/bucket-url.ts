import { isIP } from 'node:net'
import { S3Client } from '@aws-sdk/client-s3'
import type { Destination } from '../../contract/commands/destinations.ts'

/** The facts about a bucket that are needed to send requests to it. */
export type BucketAddress = Pick<
  Destination,
  'kind' | 'endpoint' | 'region' | 'bucket' | 'pathStyle'
>

/** Sends nothing; the SDK exposes its rules for addresses only through a client. */
const { endpointProvider } = new S3Client({ region: 'unused' }).config

/**
 * The URL that the SDK sends to and signs for: with the bucket in the path, or in the host name.
 * More than the setting decides which: a name with dots stays in the path of an `https` endpoint,
 * and an access point has a host of its own.
 * @throws for a bucket for which the SDK could not sign anything either.
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
    // The same options as in client.ts.
    ...{ UseFIPS: false, UseDualStack: false, UseArnRegion: false, Accelerate: false },
    DisableS3ExpressSessionAuth: true,
  })
  return new URL(String(url))
}

/**
 * Whether the bucket is in the path. No bucket name can stand before an IP address, whatever the
 * setting says, and the SDK throws for some that do.
 */
export function usesPathStyle({
  endpoint,
  pathStyle,
}: Pick<Destination, 'endpoint' | 'pathStyle'>): boolean {
  const host = URL.parse(endpoint)?.hostname.replace(/^\[|\]$/g, '') ?? ''
  return pathStyle || isIP(host) !== 0
}
