import { readDocument } from '../../local-bucket/auth/signed-body.ts'
import type { Call } from '../../local-bucket/bucket/context.ts'
import { isoTimeOf } from '../../local-bucket/http/amz-time.ts'
import { S3Error } from '../../local-bucket/http/errors.ts'
import { Versioning } from '../../local-bucket/index/bucket-settings.ts'
import { NULL_VERSION } from '../../local-bucket/index/stored-object.ts'
import { checkKey } from './object-writes.ts'
import { amzOwner } from './owner.ts'
import { documentReply, emptyReply, type Reply, xmlReply } from './reply.ts'
import {
  childrenOf,
  childText,
  optionalNode,
  parseXml,
  type XmlElement,
  type XmlNode,
} from './xml.ts'

const MAX_SETTING_BYTES = 64 * 1024
const MAX_DELETE_BYTES = 2 * 1024 * 1024
const MAX_DELETED = 1000

export async function listBuckets(call: Call): Promise<Reply> {
  const { bucket } = call
  return xmlReply('ListAllMyBucketsResult', [
    amzOwner('Owner'),
    [
      'Buckets',
      [
        [
          'Bucket',
          [
            ['Name', bucket.name],
            ['CreationDate', isoTimeOf(bucket.createdAtMs)],
            ['BucketRegion', bucket.region],
          ],
        ],
      ],
    ],
  ])
}

export async function headBucket(call: Call): Promise<Reply> {
  return emptyReply(200, { 'x-amz-bucket-region': call.bucket.region })
}

/** The bucket is there already, and there is no other. */
export async function createBucket(): Promise<Reply> {
  throw new S3Error('BucketAlreadyOwnedByYou')
}

export async function getBucketLocation(call: Call): Promise<Reply> {
  const { region } = call.bucket
  return documentReply(
    `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${region}</LocationConstraint>`,
  )
}

export async function getBucketVersioning(call: Call): Promise<Reply> {
  return xmlReply('VersioningConfiguration', [
    optionalNode('Status', call.bucket.settings.versioning()),
  ])
}

export async function putBucketVersioning(call: Call): Promise<Reply> {
  const root = await readSetting(call, 'VersioningConfiguration')
  const status = Versioning.safeParse(childText(root, 'Status'))
  if (!status.success) throw new S3Error('MalformedXML')
  call.bucket.settings.setVersioning(status.data)
  return emptyReply(200)
}

export async function getBucketLifecycle(call: Call): Promise<Reply> {
  const xml = call.bucket.settings.lifecycle()
  if (xml === null) throw new S3Error('NoSuchLifecycleConfiguration')
  return documentReply(xml)
}

export async function putBucketLifecycle(call: Call): Promise<Reply> {
  const bytes = await readDocument(call.request, call.authorization, call.body, MAX_SETTING_BYTES)
  const root = parseXml(bytes, 'LifecycleConfiguration')
  if (childrenOf(root, 'Rule').length === 0) throw new S3Error('MalformedXML')
  call.bucket.settings.setLifecycle(bytes.toString('utf8'))
  return emptyReply(200)
}

export async function deleteBucketLifecycle(call: Call): Promise<Reply> {
  call.bucket.settings.setLifecycle(null)
  return emptyReply(204)
}

/** DeleteObjects: up to 1,000 keys, each with a verdict of its own. */
export async function deleteObjects(call: Call): Promise<Reply> {
  const bytes = await readDocument(call.request, call.authorization, call.body, MAX_DELETE_BYTES)
  const root = parseXml(bytes, 'Delete')
  const lines = childrenOf(root, 'Object')
  if (lines.length === 0 || lines.length > MAX_DELETED) throw new S3Error('MalformedXML')
  const isQuiet = childText(root, 'Quiet') === 'true'
  const verdicts = await Promise.all(lines.map((line) => deletionVerdict(call, line)))
  return xmlReply(
    'DeleteResult',
    verdicts.filter(([name]) => !isQuiet || name === 'Error'),
  )
}

async function deletionVerdict(call: Call, line: XmlElement): Promise<XmlNode> {
  // A key may begin or end with a space, so it is not trimmed.
  const key = childrenOf(line, 'Key')[0]?.text
  if (key === undefined || key === '') throw new S3Error('MalformedXML')
  const versionId = childText(line, 'VersionId')
  try {
    checkKey(key)
    const deletion = await call.bucket.objects.remove(key, versionId)
    const marker = deletion?.isMarker === true
    return [
      'Deleted',
      [
        ['Key', key],
        optionalNode('VersionId', versionId),
        marker ? ['DeleteMarker', 'true'] : null,
        optionalNode(
          'DeleteMarkerVersionId',
          marker && deletion.versionId !== NULL_VERSION ? deletion.versionId : null,
        ),
      ],
    ]
  } catch (error) {
    if (!(error instanceof S3Error)) throw error
    return [
      'Error',
      [
        ['Key', key],
        ['Code', error.code],
        ['Message', error.message],
      ],
    ]
  }
}

export async function readSetting(call: Call, rootName: string): Promise<XmlElement> {
  const { request, authorization, body } = call
  return parseXml(await readDocument(request, authorization, body, MAX_SETTING_BYTES), rootName)
}
