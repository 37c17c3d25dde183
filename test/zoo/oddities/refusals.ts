import { MIB } from '../../../electron/contract/limits.ts'
import {
  type Act,
  answer,
  type Oddity,
  refusal,
  type ZooAnswer,
  type ZooRequest,
} from '../oddity.ts'

/** Matches requests that carry the file's bytes, and none that the host sends by itself. */
const isOfPage = ({ from, operation }: ZooRequest) =>
  from === 'page' && (operation === 'PutObject' || operation === 'UploadPart')
const isWrite = ({ operation }: ZooRequest) =>
  operation === 'PutObject' || operation === 'UploadPart' || operation === 'CreateMultipartUpload'

const refusing = (isMeant: (request: ZooRequest) => boolean, said: ZooAnswer) => (): Act => {
  return async (request, store) => (isMeant(request) ? said : await store())
}

const PAGE = { 'content-type': 'text/html' }
const USER = 'User: arn:aws:iam::111122223333:user/ada'

/** The user is needed at once: sending the same bytes again would not help. */
const needsUser = (says: RegExp, timesSent = 1) => ({
  ends: { status: 'Action needed', says, object: 'nothing', timesSent } as const,
})

/** Refusals that give their reason in the words of the stores that send them. */
export const REFUSALS: readonly Oddity[] = [
  {
    title: 'Ceph has a bucket or user with an exhausted quota',
    source: 'https://github.com/ceph/ceph/blob/main/src/rgw/rgw_common.cc (ERR_QUOTA_EXCEEDED)',
    act: refusing(isOfPage, refusal(403, 'QuotaExceeded', '')),
    ...needsUser(/^Action needed · A quota of the bucket or account at the store is used up\./),
  },
  {
    title: 'Ceph reports an exhausted quota during the integrity probe',
    source: 'https://github.com/ceph/ceph/blob/main/src/rgw/rgw_common.cc (ERR_QUOTA_EXCEEDED)',
    act: refusing(isWrite, refusal(403, 'QuotaExceeded', '')),
    ...needsUser(/^Action needed · A quota of the bucket or account at the store is used up\./, 0),
  },
  {
    title: 'MinIO has a hard quota on the bucket',
    source:
      'https://github.com/minio/minio/blob/master/cmd/api-errors.go (AdminBucketQuotaExceeded)',
    act: refusing(
      isOfPage,
      refusal(400, 'XMinioAdminBucketQuotaExceeded', 'Bucket quota exceeded'),
    ),
    ...needsUser(/^Action needed · The quota of this bucket at the store is used up\./),
  },
  {
    title: 'Garage reports a bucket at its size limit as AccessDenied',
    source: 'https://git.deuxfleurs.fr/Deuxfleurs/garage/src/branch/main-v2/src/api/s3/put.rs',
    act: refusing(
      isOfPage,
      refusal(
        403,
        'AccessDenied',
        'Forbidden: Bucket size quota is reached, maximum total size of objects for this bucket: 5',
      ),
    ),
    ...needsUser(/^Action needed · The quota of this bucket at the store is used up\./),
  },
  {
    title: 'Backblaze B2 reports a reached storage cap as AccessDenied',
    source: 'https://www.backblaze.com/docs/cloud-storage-data-caps-and-alerts',
    act: refusing(
      isOfPage,
      refusal(403, 'AccessDenied', 'Cannot upload files, storage cap exceeded.'),
    ),
    ...needsUser(/^Action needed · The quota of your account at the store is used up\./),
  },
  {
    title: 'MinIO has full disks',
    source: 'https://github.com/minio/minio/blob/master/cmd/api-errors.go (ErrStorageFull)',
    act: refusing(
      isOfPage,
      refusal(507, 'XMinioStorageFull', 'Storage backend has reached its end'),
    ),
    ...needsUser(/^Action needed · The store has no space left\. Whoever runs the store/),
  },
  {
    title: 'S3 refuses an account that is not paid',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (AccountProblem)',
    act: refusing(
      isOfPage,
      refusal(403, 'AccountProblem', 'There is a problem with your account.'),
    ),
    ...needsUser(/^Action needed · There is a problem with the account at the store\./),
  },
  {
    title: 'S3 refuses ACLs in a bucket whose owner owns everything',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html',
    act: refusing(
      isWrite,
      refusal(400, 'AccessControlListNotSupported', 'The bucket does not allow ACLs'),
    ),
    ...needsUser(/^Action needed · This bucket takes no ACLs.*rules.*“none”/),
  },
  {
    title: 'Cloudflare R2 does not support ACLs',
    source: 'https://developers.cloudflare.com/r2/api/s3/api (x-amz-acl)',
    act: refusing(
      isOfPage,
      refusal(501, 'NotImplemented', "Header 'x-amz-acl' with value 'private' not implemented"),
    ),
    ...needsUser(/^Action needed · This bucket takes no ACLs/),
  },
  {
    title: 'S3 may not use the KMS key for this user',
    source: 'https://repost.aws/knowledge-center/s3-access-denied-error-kms',
    act: refusing(
      isOfPage,
      refusal(
        403,
        'AccessDenied',
        `${USER} is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:eu-central-1:1:key/2`,
      ),
    ),
    ...needsUser(
      /^Action needed · These keys may not use the encryption key \(kms:GenerateDataKey\)\./,
    ),
  },
  {
    title: 'S3 applies a bucket policy that denies unencrypted objects',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html',
    act: refusing(
      isOfPage,
      refusal(
        403,
        'AccessDenied',
        `${USER} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::photos/a" with an explicit deny in a resource-based policy`,
      ),
    ),
    ...needsUser(/^Action needed · The policy of the bucket forbids this \(s3:PutObject\)/),
  },
  {
    title: 'S3 reports a missing bucket during an upload',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (NoSuchBucket)',
    act: refusing(isOfPage, refusal(404, 'NoSuchBucket', 'The specified bucket does not exist')),
    ...needsUser(/^Action needed · There is no bucket named “[^”]+” at this store\./),
  },
  {
    title: 'S3 does not let these keys list parts',
    source:
      'https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions',
    act: refusing(
      ({ operation }) => operation === 'ListParts',
      refusal(403, 'AccessDenied', 'Access Denied'),
    ),
    files: ['parts'],
    ...needsUser(/may not see which parts of an upload are there \(s3:ListMultipartUploadParts\)/),
  },
  {
    title: 'nginx refuses long requests, and lets the page read the refusal',
    source: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size',
    act: refusing(
      ({ contentLength }) => contentLength > MIB,
      answer(413, '<html><title>413 Request Entity Too Large</title></html>', {
        ...PAGE,
        server: 'nginx/1.22.1',
      }),
    ),
    files: ['parts'],
    ...needsUser(
      /^Action needed · Something in front of the store refuses requests over about 1 MB \(413\)/,
    ),
  },
  {
    title: 'A firewall answers uploads with a page of its own',
    source: 'https://developers.cloudflare.com/waf/managed-rules/',
    act: refusing(isOfPage, answer(403, '<!DOCTYPE html><title>Attention Required!</title>', PAGE)),
    ...needsUser(/^Action needed · Something in front of the store refuses the request \(403\)\./),
  },
  {
    title: 'A proxy does not know the path',
    source: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#location',
    act: refusing(isOfPage, answer(404, '<html><title>404 Not Found</title></html>', PAGE)),
    ...needsUser(/^Action needed · Something in front of the store refuses the request \(404\)\./),
  },
  {
    title:
      'A proxy merges slashes and decodes paths, so that only plain requests keep their signature',
    source: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#merge_slashes',
    act: refusing(isOfPage, refusal(403, 'SignatureDoesNotMatch')),
    ...needsUser(
      /^Action needed · Something in front of “[^”]+” changes signed requests on their way.*keys are right/,
      2,
    ),
  },
  {
    title: 'A gateway does not support PUT',
    source: 'https://www.rfc-editor.org/rfc/rfc9110#section-15.6.2',
    act: refusing(isOfPage, answer(501, '')),
    ends: {
      status: 'Failed',
      says: /^Failed · The store refused this \(501\)\./,
      object: 'nothing',
      timesSent: 1,
    },
  },
  {
    title: 'A store forgets uploads while they are sent',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (NoSuchUpload)',
    act: refusing(isOfPage, refusal(404, 'NoSuchUpload', 'The upload does not exist.')),
    files: ['parts'],
    ends: {
      status: 'Failed',
      says: /^Failed · The store no longer knows this unfinished upload\./,
      object: 'nothing',
      timesSent: 2,
    },
  },
]
