import * as bucketOperations from './bucket/bucket-operations.ts'
import * as corsOperations from './bucket/bucket-operations.ts'
import type { Operation } from './bucket/context.ts'
import { S3Error } from './http/errors.ts'
import type { S3Request } from './http/s3-request.ts'
import * as multipartLists from './multipart/list-multipart.ts'
import * as multipart from './multipart/multipart-operations.ts'
import { copyObject, uploadPartCopy } from './objects/copy-object.ts'
import * as objectLists from './objects/list-objects.ts'
import { getObjectTagging, readObject } from './objects/read-object.ts'
import { deleteObject, putObject } from './objects/write-object.ts'

/** S3 features that are not supported. Other query names are ignored, as S3 does. */
const ABSENT = new Set(
  (
    'accelerate acl analytics attributes delete encryption intelligent-tiering inventory ' +
    'legal-hold lifecycle logging metadataConfiguration metrics notification object-lock ' +
    'ownershipControls policy policyStatus publicAccessBlock renameObject replication ' +
    'requestPayment restore retention select session tagging torrent website cors versioning ' +
    'versions uploads uploadId location'
  ).split(' '),
)

/** Keys are `METHOD` or `METHOD ?name`, where the query name selects the operation. */
const ON_BUCKET: Readonly<Record<string, Operation>> = {
  GET: objectLists.listObjects,
  HEAD: bucketOperations.headBucket,
  PUT: bucketOperations.createBucket,
  'GET ?list-type': objectLists.listObjectsV2,
  'GET ?versions': objectLists.listObjectVersions,
  'GET ?location': bucketOperations.getBucketLocation,
  'GET ?uploads': multipartLists.listMultipartUploads,
  'GET ?cors': corsOperations.getBucketCors,
  'PUT ?cors': corsOperations.putBucketCors,
  'DELETE ?cors': corsOperations.deleteBucketCors,
  'GET ?versioning': bucketOperations.getBucketVersioning,
  'PUT ?versioning': bucketOperations.putBucketVersioning,
  'GET ?lifecycle': bucketOperations.getBucketLifecycle,
  'PUT ?lifecycle': bucketOperations.putBucketLifecycle,
  'DELETE ?lifecycle': bucketOperations.deleteBucketLifecycle,
  'POST ?delete': bucketOperations.deleteObjects,
}

const ON_OBJECT: Readonly<Record<string, Operation>> = {
  GET: readObject,
  HEAD: readObject,
  PUT: (call) =>
    call.request.headers.has('x-amz-copy-source') ? copyObject(call) : putObject(call),
  'GET ?tagging': getObjectTagging,
  DELETE: deleteObject,
  'POST ?uploads': multipart.createMultipartUpload,
  'GET ?uploadId': multipartLists.listParts,
  'PUT ?uploadId': (call) =>
    call.request.headers.has('x-amz-copy-source')
      ? uploadPartCopy(call)
      : multipart.uploadPart(call),
  'POST ?uploadId': multipart.completeMultipartUpload,
  'DELETE ?uploadId': multipart.abortMultipartUpload,
}

/** The operation of a request. Throws S3's answer for unsupported ones. */
export function operationOf(request: S3Request): Operation {
  if (request.bucket === null) {
    if (request.method === 'GET') return bucketOperations.listBuckets
    throw new S3Error('MethodNotAllowed')
  }
  const table = request.key === '' ? ON_BUCKET : ON_OBJECT
  const chosen = [...request.query.keys()].find(
    (name) => table[`${request.method} ?${name}`] !== undefined,
  )
  const absent = [...request.query.keys()].find((name) => ABSENT.has(name) && name !== chosen)
  if (absent !== undefined) throw new S3Error('NotImplemented', undefined, { Query: absent })
  if (request.query.get('list-type') === '1') return objectLists.listObjects
  const operation = table[chosen === undefined ? request.method : `${request.method} ?${chosen}`]
  if (operation === undefined) throw new S3Error('MethodNotAllowed')
  return operation
}
