/** Headers of S3 and of what imitates it; CloudFront's, which stands before web pages, are none. */
const STORE_HEADER =
  /^x-(amz-(?!cf-)|rgw-|openstack-|trans-id|minio-|goog-|oss-|cos-|obs-|emc-|clv-|ntap-|wasabi-|bz-|scal-)/
const STORE_SERVER =
  /amazons3|minio|ceph|radosgw|rgw|wasabi|aliyunoss|tencent-cos|^obs|uploadserver|storagegrid|seaweedfs|garage|rustfs|vipr|cleversafe|openstack|swift|scality|ozone|ferrylocalbucket/i
const STORE_DOCUMENT =
  /s3\.amazonaws\.com\/doc\/|<(\w+:)?(\w*(Upload|Bucket|Parts|Versions|Buckets)Result|Error)[\s>]/

/**
 * Whether an answer that cannot be read is a store's all the same, by its headers or by what there
 * is of its document; else a web page, a proxy or a router answers there.
 */
export function isStoreAnswer(
  headers: Readonly<Record<string, string | undefined>>,
  body: Uint8Array = new Uint8Array(),
): boolean {
  if (Object.keys(headers).some((name) => STORE_HEADER.test(name.toLowerCase()))) return true
  if (STORE_SERVER.test(headers.server ?? '')) return true
  return STORE_DOCUMENT.test(Buffer.from(body.subarray(0, 4000)).toString('latin1'))
}
