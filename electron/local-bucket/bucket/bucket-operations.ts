import { readDocument } from '../auth/signed-body.ts'
import { isoTimeOf } from '../http/amz-time.ts'
import { S3Error } from '../http/errors.ts'
import { amzOwner, documentReply, emptyReply, type Reply, xmlReply } from '../http/reply.ts'
import {
  childrenOf,
  childText,
  optionalNode,
  parseXml,
  type XmlElement,
  type XmlNode,
} from '../http/xml.ts'
import { type CorsRule, Versioning } from '../index/bucket-settings.ts'
import { NULL_VERSION } from '../index/stored-object.ts'
import { checkKey } from '../objects/write-object.ts'
import type { Call } from './context.ts'

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

/** There is only one bucket, and it exists already. */
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

/** DeleteObjects: up to 1,000 keys, each with its own result. */
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

async function readSetting(call: Call, rootName: string): Promise<XmlElement> {
  const { request, authorization, body } = call
  return parseXml(await readDocument(request, authorization, body, MAX_SETTING_BYTES), rootName)
}

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD']
const MAX_RULES = 100

export async function getBucketCors(call: Call): Promise<Reply> {
  const rules = call.bucket.settings.corsRules()
  if (rules.length === 0) throw new S3Error('NoSuchCORSConfiguration')
  return xmlReply('CORSConfiguration', rules.map(ruleNode))
}

export async function putBucketCors(call: Call): Promise<Reply> {
  const lines = childrenOf(await readSetting(call, 'CORSConfiguration'), 'CORSRule')
  if (lines.length === 0 || lines.length > MAX_RULES) throw new S3Error('MalformedXML')
  call.bucket.settings.setCorsRules(lines.map(corsRuleOf))
  return emptyReply(200)
}

export async function deleteBucketCors(call: Call): Promise<Reply> {
  call.bucket.settings.setCorsRules([])
  return emptyReply(204)
}

/** Source for the rules: docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html */
function corsRuleOf(line: XmlElement): CorsRule {
  const texts = (name: string) => childrenOf(line, name).map((each) => each.text.trim())
  const [origins, methods] = [texts('AllowedOrigin'), texts('AllowedMethod')]
  const headers = texts('AllowedHeader')
  if (origins.length === 0 || methods.length === 0) throw new S3Error('MalformedXML')
  const wrongMethod = methods.find((method) => !METHODS.includes(method))
  if (wrongMethod !== undefined) {
    throw new S3Error(
      'InvalidRequest',
      `Found unsupported HTTP method in CORS config. Unsupported method is ${wrongMethod.slice(0, 30)}`,
    )
  }
  const greedy = [...origins, ...headers].find((text) => text.split('*').length > 2)
  if (greedy !== undefined) {
    throw new S3Error(
      'InvalidRequest',
      `AllowedOrigin "${greedy.slice(0, 100)}" can not have more than one wildcard.`,
    )
  }
  const maxAge = childText(line, 'MaxAgeSeconds')
  if (maxAge !== null && !/^\d{1,9}$/.test(maxAge)) throw new S3Error('MalformedXML')
  return {
    id: childText(line, 'ID') ?? '',
    origins,
    methods,
    headers,
    exposed: texts('ExposeHeader'),
    maxAgeSeconds: maxAge === null ? null : Number(maxAge),
  }
}

function ruleNode(rule: CorsRule): XmlNode {
  const nodes = (name: string, texts: readonly string[]) =>
    texts.map((text): XmlNode => [name, text])
  return [
    'CORSRule',
    [
      optionalNode('ID', rule.id),
      ...nodes('AllowedMethod', rule.methods),
      ...nodes('AllowedOrigin', rule.origins),
      ...nodes('AllowedHeader', rule.headers),
      ...nodes('ExposeHeader', rule.exposed),
      optionalNode('MaxAgeSeconds', rule.maxAgeSeconds?.toString()),
    ],
  ]
}
