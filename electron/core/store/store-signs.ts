import { type AnswerHeaders, isStoreHeader } from '../../contract/foreign-answer.ts'

const STORE_SERVER =
  /amazons3|minio|ceph|radosgw|rgw|wasabi|aliyunoss|tencent-cos|^obs|uploadserver|storagegrid|seaweedfs|garage|rustfs|vipr|cleversafe|openstack|swift|scality|ozone|ferrylocalbucket/i
const STORE_DOCUMENT =
  /s3\.amazonaws\.com\/doc\/|<(\w+:)?(\w*(Upload|Bucket|Parts|Versions|Buckets)Result|Error)[\s>]/

/**
 * Whether an answer that cannot be read is a store's all the same, by its headers or by what there
 * is of its document; else a web page, a proxy or a router answers there.
 */
export function isStoreAnswer(
  headers: AnswerHeaders,
  body: Uint8Array = new Uint8Array(),
): boolean {
  if (Object.keys(headers).some(isStoreHeader)) return true
  if (STORE_SERVER.test(headers.server ?? '')) return true
  return STORE_DOCUMENT.test(Buffer.from(body.subarray(0, 4000)).toString('latin1'))
}
