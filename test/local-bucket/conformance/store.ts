import { S3Client, type S3ClientConfig, type S3ServiceException } from '@aws-sdk/client-s3'

/** Where the conformance suite works: any S3 endpoint with a bucket that may be filled. */
export interface Store {
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** Handed to each part of the suite; asked only while tests run. */
export type StoreOf = () => Store

export function clientOf(store: Store, more: S3ClientConfig = {}): S3Client {
  const { endpoint, region, credentials } = store
  const fixed = { endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 }
  return new S3Client({ ...fixed, ...more })
}

/** The code and status of an expected refusal; a success is a failure of the test. */
export async function refusalOf(sending: Promise<unknown>) {
  const error = await sending.then(
    () => new Error('nothing was refused'),
    (reason: S3ServiceException) => reason,
  )
  if (!('$metadata' in error)) throw error
  return { code: error.name, status: error.$metadata.httpStatusCode }
}

export const MIB = 1024 * 1024
