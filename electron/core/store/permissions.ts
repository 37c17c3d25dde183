import type { S3Client } from '@aws-sdk/client-s3'

/**
 * The permission that each request needs, as policies name it:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
const ACTIONS: Readonly<Record<string, string>> = {
  AbortMultipartUploadCommand: 's3:AbortMultipartUpload',
  CompleteMultipartUploadCommand: 's3:PutObject',
  CreateMultipartUploadCommand: 's3:PutObject',
  DeleteObjectCommand: 's3:DeleteObject',
  GetBucketCorsCommand: 's3:GetBucketCORS',
  GetBucketLifecycleConfigurationCommand: 's3:GetLifecycleConfiguration',
  GetBucketVersioningCommand: 's3:GetBucketVersioning',
  GetObjectCommand: 's3:GetObject',
  GetObjectTaggingCommand: 's3:GetObjectTagging',
  HeadBucketCommand: 's3:ListBucket',
  HeadObjectCommand: 's3:GetObject',
  ListBucketsCommand: 's3:ListAllMyBuckets',
  ListMultipartUploadsCommand: 's3:ListBucketMultipartUploads',
  ListObjectVersionsCommand: 's3:ListBucketVersions',
  ListObjectsV2Command: 's3:ListBucket',
  ListPartsCommand: 's3:ListMultipartUploadParts',
  PutBucketCorsCommand: 's3:PutBucketCORS',
  PutBucketLifecycleConfigurationCommand: 's3:PutLifecycleConfiguration',
  PutObjectCommand: 's3:PutObject',
  PutObjectTaggingCommand: 's3:PutObjectTagging',
  UploadPartCommand: 's3:PutObject',
}

const commandsOfErrors = new WeakMap<Error, string>()

/** What was thrown does not say which request it belongs to; the middleware's context does. */
export function noteCommands(client: S3Client): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        try {
          return await next(args)
        } catch (error) {
          if (error instanceof Error && commandName !== undefined) {
            commandsOfErrors.set(error, commandName)
          }
          throw error
        }
      },
    { step: 'initialize', priority: 'high', name: 'ferryNoteCommand' },
  )
}

/** Null: the request is not in the table, or was not made by a client that notes it. */
export function actionOf(error: Error): string | null {
  return ACTIONS[commandsOfErrors.get(error) ?? ''] ?? null
}
