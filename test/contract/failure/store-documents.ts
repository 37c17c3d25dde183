import type { Failure } from '../../../electron/contract/failure/kinds.ts'

/** A refusal as a store writes it, and its meaning. */
export interface StoreDocument {
  readonly from: string
  readonly status: number
  readonly xml: string
  readonly means: Failure
  readonly headers?: Readonly<Record<string, string>>
}

const AWS_IDS = '<RequestId>WPTSRFXZFB2XSE04</RequestId><HostId>tqglH2mxgQ=</HostId>'
const CEPH_IDS =
  '<RequestId>tx0000000000000003e1778-0061090b7b-2ffa8f-default</RequestId><HostId>2ffa8f-default-default</HostId>'

function document(code: string, message: string | null, more = ''): string {
  const words = message === null ? '' : `<Message>${message}</Message>`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code>${words}${more}</Error>`
}

const USER = 'User: arn:aws:sts::111122223333:assumed-role/deploy/i-0b7c'

/** Texts from the stores' sources and from user reports; `known-refusals.ts` names both. */
export const STORE_DOCUMENTS: readonly StoreDocument[] = [
  // Quotas.
  {
    from: 'Ceph, quota of a bucket or of a user',
    status: 403,
    xml: document('QuotaExceeded', null, `<BucketName>photos</BucketName>${CEPH_IDS}`),
    means: { kind: 'quota-exceeded', of: 'unknown' },
  },
  {
    from: 'MinIO, hard quota of a bucket',
    status: 400,
    xml: document(
      'XMinioAdminBucketQuotaExceeded',
      'Bucket quota exceeded',
      '<Key>a</Key><BucketName>photos</BucketName><RequestId>17C5</RequestId>',
    ),
    means: { kind: 'quota-exceeded', of: 'bucket' },
  },
  {
    from: 'MinIO, quota behind a 507',
    status: 507,
    xml: document('XMinioAdminBucketQuotaExceeded', 'Bucket quota exceeded'),
    means: { kind: 'quota-exceeded', of: 'bucket' },
  },
  {
    from: 'Backblaze B2, storage cap',
    status: 403,
    xml: document(
      'AccessDenied',
      'Cannot upload files, storage cap exceeded. See the Caps &amp; Alerts page to increase your cap.',
    ),
    means: { kind: 'quota-exceeded', of: 'account' },
  },
  {
    from: 'Backblaze B2, transaction cap',
    status: 403,
    xml: document('AccessDenied', 'Transaction cap exceeded, see the Caps &amp; Alerts page'),
    means: { kind: 'quota-exceeded', of: 'account' },
  },
  {
    from: 'Garage, size of a bucket',
    status: 403,
    xml: document(
      'AccessDenied',
      'Forbidden: Bucket size quota is reached, maximum total size of objects for this bucket: 500. The bucket is already 400 bytes, and this object would add 200 bytes.',
      '<Resource>/photos/a</Resource><Region>garage</Region>',
    ),
    means: { kind: 'quota-exceeded', of: 'bucket' },
  },
  {
    from: 'Garage, number of objects',
    status: 403,
    xml: document(
      'AccessDenied',
      'Forbidden: Object quota is reached, maximum objects for this bucket: 10',
    ),
    means: { kind: 'quota-exceeded', of: 'bucket' },
  },
  {
    from: 'Huawei OBS, quota of a bucket',
    status: 403,
    xml: document('InsufficientStorageSpace', 'The bucket quota is exceeded.'),
    means: { kind: 'quota-exceeded', of: 'bucket' },
  },
  {
    from: 'Google, a project’s quota',
    status: 403,
    xml: document('QuotaExceeded', 'The project exceeded its storage quota.'),
    means: { kind: 'quota-exceeded', of: 'account' },
  },
  {
    from: 'a store that counts requests',
    status: 429,
    xml: document('QuotaExceeded', 'The rate quota is exceeded.'),
    means: { kind: 'throttled', retryAfterMs: null },
  },
  {
    from: 'a store with a code of its own',
    status: 409,
    xml: document('StorageQuotaExceeded', 'No more.'),
    means: { kind: 'quota-exceeded', of: 'unknown' },
  },
  // Full disks.
  {
    from: 'MinIO, full disks',
    status: 507,
    xml: document(
      'XMinioStorageFull',
      'Storage backend has reached its minimum free drive threshold. Please delete a few objects to proceed.',
    ),
    means: { kind: 'store-full' },
  },
  {
    from: 'MinIO, no space in the middle of a write',
    status: 500,
    xml: document(
      'InternalError',
      'We encountered an internal error, please try again.: cause(no space left on device)',
    ),
    means: { kind: 'store-full' },
  },
  {
    from: 'Amazon FSx and Outposts',
    status: 507,
    xml: document(
      'InsufficientCapacity',
      'Maximum storage capacity of file system has been reached.',
    ),
    means: { kind: 'store-full' },
  },
  {
    from: 'a store with nothing but a status',
    status: 507,
    xml: '',
    means: { kind: 'store-full' },
  },
  // Accounts.
  {
    from: 'Amazon, unpaid',
    status: 403,
    xml: document('AccountProblem', 'There is a problem with your AWS account.', AWS_IDS),
    means: { kind: 'account-problem' },
  },
  {
    from: 'Amazon, not signed up',
    status: 403,
    xml: document('NotSignedUp', 'Your account is not signed up for the Amazon S3 service.'),
    means: { kind: 'account-problem' },
  },
  {
    from: 'Amazon, all access disabled',
    status: 403,
    xml: document('AllAccessDisabled', 'All access to this object has been disabled', AWS_IDS),
    means: { kind: 'account-problem' },
  },
  {
    from: 'Ceph, suspended user',
    status: 403,
    xml: document('UserSuspended', null, `<BucketName>photos</BucketName>${CEPH_IDS}`),
    means: { kind: 'account-problem' },
  },
  {
    from: 'Cloudflare R2, no subscription',
    status: 403,
    xml: document('NotEntitled', 'Please enable R2 through the Cloudflare Dashboard.'),
    means: { kind: 'account-problem' },
  },
  {
    from: 'Google, closed billing account',
    status: 403,
    xml: document(
      'UserProjectAccountProblem',
      'The project to be billed is associated with a closed billing account.',
      '<Details>The billing account for the owning project is disabled in state closed</Details>',
    ),
    means: { kind: 'account-problem' },
  },
  {
    from: 'Wasabi, not activated',
    status: 403,
    xml: document('AccountNotActivated', 'The account is not activated.'),
    means: { kind: 'account-problem' },
  },
  {
    from: 'a store that says it in words',
    status: 403,
    xml: document('AccessDenied', 'Your account has been suspended. Contact support.'),
    means: { kind: 'account-problem' },
  },
  // ACLs.
  {
    from: 'Amazon, owner enforced',
    status: 400,
    xml: document('AccessControlListNotSupported', 'The bucket does not allow ACLs', AWS_IDS),
    means: { kind: 'acl-refused' },
  },
  {
    from: 'Amazon, Block Public Access',
    status: 403,
    xml: document(
      'AccessDenied',
      `${USER} is not authorized to perform: s3:PutObject on resource: &quot;arn:aws:s3:::photos/a&quot; because public access control lists (ACLs) are blocked by the BlockPublicAcls block public access setting`,
    ),
    means: { kind: 'acl-refused' },
  },
  {
    from: 'Cloudflare R2, ACL',
    status: 501,
    xml: document('NotImplemented', "Header 'x-amz-acl' with value 'public-read' not implemented"),
    means: { kind: 'acl-refused' },
  },
  {
    from: 'Backblaze B2, ACL of another kind than the bucket’s',
    status: 400,
    xml: document('InvalidArgument', "Unsupported value for canned acl 'public-read'"),
    means: { kind: 'acl-refused' },
  },
  {
    from: 'Google, uniform access',
    status: 400,
    xml: document(
      'InvalidArgument',
      'Invalid argument.',
      '<Details>Cannot insert legacy ACL for an object when uniform bucket-level access is enabled. Read more at https://cloud.google.com/storage/docs/uniform-bucket-level-access</Details>',
    ),
    means: { kind: 'acl-refused' },
  },
  // Keys of a key service.
  {
    from: 'Amazon, no policy allows the key',
    status: 403,
    xml: document(
      'AccessDenied',
      `${USER} is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab because no identity-based policy allows the kms:GenerateDataKey action`,
    ),
    means: { kind: 'encryption-key-denied', action: 'kms:GenerateDataKey' },
  },
  {
    from: 'Amazon, a policy denies the key',
    status: 403,
    xml: document(
      'AccessDenied',
      `${USER} is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-central-1:1:key/2 with an explicit deny in a service control policy`,
    ),
    means: { kind: 'encryption-key-denied', action: 'kms:Decrypt' },
  },
  {
    from: 'Amazon, a key elsewhere',
    status: 403,
    xml: document(
      'AccessDenied',
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    ),
    means: { kind: 'encryption-key-denied', action: null },
  },
  ...['KMS.NotFoundException', 'KMS.DisabledException', 'KMS.KMSInvalidStateException'].map(
    (code): StoreDocument => ({
      from: `Amazon, ${code}`,
      status: 400,
      xml: document(code, 'arn:aws:kms:eu-central-1:1:key/2 is disabled.', AWS_IDS),
      means: { kind: 'encryption-key-denied', action: null },
    }),
  ),
  {
    from: 'MinIO, no such key',
    status: 400,
    xml: document('KMSKeyNotFoundException', 'key does not exist'),
    means: { kind: 'encryption-key-denied', action: null },
  },
  // Policies.
  {
    from: 'Amazon, the bucket’s policy demands something',
    status: 403,
    xml: document(
      'AccessDenied',
      `${USER} is not authorized to perform: s3:PutObject on resource: &quot;arn:aws:s3:::photos/a&quot; with an explicit deny in a resource-based policy`,
      AWS_IDS,
    ),
    means: { kind: 'explicitly-denied', by: 'bucket', action: 's3:PutObject' },
  },
  ...(
    [
      ['an identity-based policy', 'identity'],
      ['a service control policy', 'organization'],
      ['a resource control policy', 'organization'],
      ['a session policy', 'session'],
      ['a permissions boundary', 'boundary'],
      ['a VPC endpoint policy', 'endpoint'],
    ] as const
  ).map(
    ([policy, by]): StoreDocument => ({
      from: `Amazon, ${policy}`,
      status: 403,
      xml: document(
        'AccessDenied',
        `${USER} is not authorized to perform: s3:PutObject on resource: &quot;arn:aws:s3:::photos/a&quot; with an explicit deny in ${policy}`,
      ),
      means: { kind: 'explicitly-denied', by, action: 's3:PutObject' },
    }),
  ),
  {
    from: 'Amazon, no policy allows it',
    status: 403,
    xml: document(
      'AccessDenied',
      `${USER} is not authorized to perform: s3:PutObjectTagging on resource: &quot;arn:aws:s3:::photos/a&quot; because no identity-based policy allows the s3:PutObjectTagging action`,
    ),
    means: { kind: 'access-denied', action: 's3:PutObjectTagging' },
  },
  {
    from: 'Garage, keys without the right',
    status: 403,
    xml: document('AccessDenied', 'Forbidden: Operation is not allowed for this key.'),
    means: { kind: 'access-denied', action: 's3:PutObject' },
  },
  {
    from: 'Backblaze B2, keys without the capability',
    status: 403,
    xml: document('AccessDenied', 'not entitled'),
    means: { kind: 'access-denied', action: 's3:PutObject' },
  },
  // Too large.
  {
    from: 'Amazon, too large',
    status: 400,
    xml: document(
      'EntityTooLarge',
      'Your proposed upload exceeds the maximum allowed size',
      `<ProposedSize>7771682432</ProposedSize><MaxSizeAllowed>5368709120</MaxSizeAllowed>${AWS_IDS}`,
    ),
    means: { kind: 'too-large', limitBytes: 5_368_709_120 },
  },
  {
    from: 'a store that says it with 413',
    status: 413,
    xml: document('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.'),
    means: { kind: 'too-large', limitBytes: null },
  },
  {
    from: 'nginx, client_max_body_size',
    status: 413,
    headers: { 'content-type': 'text/html', server: 'nginx/1.22.1' },
    xml: '<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n<center><h1>413 Request Entity Too Large</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n',
    means: { kind: 'request-too-large', limitBytes: null },
  },
  {
    from: 'a proxy with nothing but a status',
    status: 413,
    xml: '',
    means: { kind: 'request-too-large', limitBytes: null },
  },
  // Things that are not there.
  {
    from: 'Amazon, no bucket',
    status: 404,
    xml: document(
      'NoSuchBucket',
      'The specified bucket does not exist',
      `<BucketName>photos</BucketName>${AWS_IDS}`,
    ),
    means: { kind: 'bucket-missing', bucket: 'photos' },
  },
  {
    from: 'Cloudflare R2, no upload',
    status: 404,
    xml: document('NoSuchUpload', 'The specified multipart upload does not exist.'),
    means: { kind: 'upload-gone' },
  },
  {
    from: 'nginx, a path that it does not know',
    status: 404,
    headers: { 'content-type': 'text/html' },
    xml: '<html><head><title>404 Not Found</title></head></html>',
    means: { kind: 'proxy-refused', status: 404 },
  },
  {
    from: 'a firewall’s page',
    status: 403,
    headers: { 'content-type': 'text/html; charset=UTF-8', server: 'cloudflare' },
    xml: '<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head></html>',
    means: { kind: 'proxy-refused', status: 403 },
  },
  {
    from: 'a firewall’s JSON',
    status: 400,
    headers: { 'content-type': 'application/json' },
    xml: '{"message":"Blocked"}',
    means: { kind: 'proxy-refused', status: 400 },
  },
  // Redirects.
  {
    from: 'Amazon, another region without its name',
    status: 301,
    xml: document(
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint.',
      '<Endpoint>photos.s3.eu-west-1.amazonaws.com</Endpoint><Bucket>photos</Bucket>',
    ),
    means: { kind: 'redirected', to: 'https://s3.eu-west-1.amazonaws.com' },
  },
  {
    from: 'Amazon, another region by its name',
    status: 301,
    headers: { 'x-amz-bucket-region': 'eu-west-1' },
    xml: document('PermanentRedirect', 'Use the endpoint.', '<Endpoint>photos.s3.x</Endpoint>'),
    means: { kind: 'region-wrong', region: 'eu-west-1' },
  },
  {
    from: 'Amazon, a new bucket',
    status: 307,
    headers: { location: 'https://photos.s3.eu-west-1.amazonaws.com/a?X-Amz-Signature=abc' },
    xml: document('TemporaryRedirect', 'Please re-send this request to the specified endpoint.'),
    means: { kind: 'redirected', to: 'https://s3.eu-west-1.amazonaws.com' },
  },
  {
    from: 'nginx, from http to https',
    status: 301,
    headers: { 'content-type': 'text/html', location: 'https://S3.example.org:8443/photos/a' },
    xml: '<html><head><title>301 Moved Permanently</title></head></html>',
    means: { kind: 'redirected', to: 'https://s3.example.org:8443' },
  },
  {
    from: 'a log-in page',
    status: 302,
    headers: { location: '/login?next=%2Fphotos' },
    xml: '',
    means: { kind: 'redirected', to: null },
  },
  // Signatures.
  {
    from: 'MinIO, a wrong secret',
    status: 403,
    xml: document(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    ),
    means: { kind: 'credentials-rejected' },
  },
  {
    from: 'Amazon, a host that was rewritten',
    status: 403,
    xml: document(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
      '<CanonicalRequest>PUT\n/photos/a%20b\nX-Amz-Expires=900\nhost:minio:9000\n\nhost\nUNSIGNED-PAYLOAD</CanonicalRequest>',
    ),
    means: { kind: 'request-rewritten', host: 's3.example.org' },
  },
  {
    from: 'Amazon, a path that was rewritten',
    status: 403,
    xml: document(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
      '<CanonicalRequest>PUT\n/a%20b\nX-Amz-Expires=900\nhost:s3.example.org\n\nhost\nUNSIGNED-PAYLOAD</CanonicalRequest>',
    ),
    means: { kind: 'request-rewritten', host: 's3.example.org' },
  },
  {
    from: 'Amazon, a wrong secret, with the request as it was sent',
    status: 403,
    xml: document(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
      '<CanonicalRequest>PUT\n/photos/a%20b%21\nX-Amz-Expires=900\nhost:s3.example.org\n\nhost\nUNSIGNED-PAYLOAD</CanonicalRequest>',
    ),
    means: { kind: 'credentials-rejected' },
  },
  {
    from: 'Amazon, a header that was added on the way',
    status: 403,
    xml: document(
      'AccessDenied',
      'There were headers present in the request which were not signed',
      `<HeadersNotSigned>x-amz-foo</HeadersNotSigned>${AWS_IDS}`,
    ),
    means: { kind: 'request-rewritten', host: 's3.example.org' },
  },
  {
    from: 'Cloudflare R2, unknown keys',
    status: 401,
    xml: document('Unauthorized', 'Unauthorized'),
    means: { kind: 'credentials-rejected' },
  },
  {
    from: 'MinIO, a clock that is ahead',
    status: 403,
    xml: document('AccessDenied', 'Request is not valid yet'),
    means: { kind: 'clock-skewed', serverTimeMs: null },
  },
  {
    from: 'Amazon, a presigned URL that has ended',
    status: 403,
    xml: document('AccessDenied', 'Request has expired', '<Expires>2026-11-20T12:00:00Z</Expires>'),
    means: { kind: 'url-expired' },
  },
  {
    from: 'Cloudflare R2, a bucket with a lock',
    status: 403,
    xml: document('ObjectLockedByBucketPolicy', 'The object is locked by the bucket policy.'),
    means: { kind: 'store-refused', status: 403, code: 'ObjectLockedByBucketPolicy' },
  },
]
