import { S3Client, type S3ClientConfig, type S3ServiceException } from '@aws-sdk/client-s3'

/** Any S3 endpoint with a bucket that the conformance suite may fill. */
export interface Store {
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** Only called while tests run. */
export type StoreOf = () => Store

export function clientOf(store: Store, more: S3ClientConfig = {}): S3Client {
  const { endpoint, region, credentials } = store
  const fixed = { endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 }
  return new S3Client({ ...fixed, ...more })
}

/** The code and status of an expected error; success fails the test. */
export async function refusalOf(sending: Promise<unknown>) {
  const error = await sending.then(
    () => new Error('nothing was refused'),
    (reason: S3ServiceException) => reason,
  )
  if (!('$metadata' in error)) throw error
  return { code: error.name, status: error.$metadata.httpStatusCode }
}

export const MIB = 1024 * 1024
