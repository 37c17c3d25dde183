import {
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { TemporaryBucket } from '../../local-bucket/temporary-bucket.ts'

type Seen = Pick<TemporaryBucket, 'store'>

/** The bucket as seen from outside Ferry. */
export async function withClient<T>(
  { store }: Seen,
  work: (client: S3Client, Bucket: string) => Promise<T>,
): Promise<T> {
  const client = new S3Client({
    ...store,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
  try {
    return await work(client, store.bucket)
  } finally {
    client.destroy()
  }
}

export function storedIn(bucket: Seen) {
  return withClient(bucket, async (client, Bucket) => {
    const objects = await client.send(new ListObjectsV2Command({ Bucket }))
    const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket }))
    return {
      keys: (objects.Contents ?? []).map((each) => each.Key),
      unfinished: (uploads.Uploads ?? []).map((each) => each.Key),
    }
  })
}

/** Includes delete markers. */
export function versionsIn(bucket: Seen) {
  return withClient(bucket, async (client, Bucket) => {
    const listed = await client.send(new ListObjectVersionsCommand({ Bucket }))
    return [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])].map((each) => each.Key)
  })
}
