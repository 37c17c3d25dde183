import type { Call } from '../bucket/context.ts'
import { isoTimeOf } from '../http/amz-time.ts'
import { S3Error } from '../http/errors.ts'
import { amzOwner, quoted, type Reply, xmlReply } from '../http/reply.ts'
import { optionalNode, type XmlNode } from '../http/xml.ts'
import { keyBytes } from '../index/columns.ts'
import { type ListPage, listPage, nameEncoder, pageSize } from '../index/list-page.ts'
import type { StoredObject } from '../index/stored-object.ts'

/** ListObjects (version 1) continues after the last name. */
export async function listObjects(call: Call): Promise<Reply> {
  const { query } = call.request
  const marker = query.get('marker') ?? ''
  const page = objectPage(call, marker)
  const write = nameEncoder(call.request)
  const delimiter = query.get('delimiter') ?? ''
  return xmlReply('ListBucketResult', [
    ...headNodes(call, page),
    ['Marker', write(marker)],
    optionalNode('NextMarker', page.isTruncated && delimiter !== '' ? write(page.last) : null),
    ...page.items.map((object) => objectNode(object, write, true)),
    ...prefixNodes(page, write),
  ])
}

/** ListObjectsV2 continues at an opaque token. */
export async function listObjectsV2(call: Call): Promise<Reply> {
  const { query } = call.request
  const token = query.get('continuation-token')
  const startAfter = query.get('start-after') ?? ''
  const page = objectPage(call, token === undefined ? startAfter : nameOfToken(token))
  const write = nameEncoder(call.request)
  const withOwner = query.get('fetch-owner') === 'true'
  return xmlReply('ListBucketResult', [
    ...headNodes(call, page),
    ['KeyCount', String(page.items.length + page.prefixes.length)],
    optionalNode('ContinuationToken', token),
    optionalNode('NextContinuationToken', page.isTruncated ? tokenOfName(page.last) : null),
    optionalNode('StartAfter', write(startAfter)),
    ...page.items.map((object) => objectNode(object, write, withOwner)),
    ...prefixNodes(page, write),
  ])
}

/** ListObjectVersions lists every version and delete marker, newest first within a key. */
export async function listObjectVersions(call: Call): Promise<Reply> {
  const { bucket, request } = call
  const query = (name: string) => request.query.get(name) ?? ''
  const [prefix, marker, versionMarker] = [
    query('prefix'),
    query('key-marker'),
    query('version-id-marker'),
  ]
  if (versionMarker !== '' && marker === '') {
    throw new S3Error('InvalidArgument', 'A version-id marker cannot be specified without a key')
  }
  const { table } = bucket.objects
  const begun = versionMarker === '' ? null : table.version(marker, versionMarker)
  const from = keyBytes(marker === '' ? '' : `${marker}\0`)
  const page = listPage<StoredObject>({
    prefix,
    delimiter: query('delimiter'),
    limit: pageSize(request, 'max-keys'),
    marker,
    from,
    read: ({ start, after }, count) => {
      const last = after ?? (start.equals(from) ? begun : null)
      if (last === null) return table.listVersions(keyBytes(prefix), start, count)
      const older = table.versionsBefore(last.key, last.versionId, count)
      const next = keyBytes(`${last.key}\0`)
      return [...older, ...table.listVersions(keyBytes(prefix), next, count)].slice(0, count)
    },
  })
  const write = nameEncoder(request)
  const last = page.items.at(-1)
  return xmlReply('ListVersionsResult', [
    ...headNodes(call, page),
    ['KeyMarker', write(marker)],
    ['VersionIdMarker', versionMarker],
    optionalNode('NextKeyMarker', page.isTruncated ? write(page.last) : null),
    optionalNode(
      'NextVersionIdMarker',
      page.isTruncated && last?.key === page.last ? last.versionId : null,
    ),
    ...page.items.map((object) => versionNode(object, write)),
    ...prefixNodes(page, write),
  ])
}

function objectPage(call: Call, marker: string): ListPage<StoredObject> {
  const { bucket, request } = call
  const prefix = request.query.get('prefix') ?? ''
  return listPage<StoredObject>({
    prefix,
    delimiter: request.query.get('delimiter') ?? '',
    limit: pageSize(request, 'max-keys'),
    marker,
    from: keyBytes(marker === '' ? '' : `${marker}\0`),
    read: ({ start, after }, count) =>
      bucket.objects.table.listLatest(
        keyBytes(prefix),
        after === null ? start : keyBytes(`${after.key}\0`),
        count,
      ),
  })
}

function headNodes(call: Call, page: ListPage<StoredObject>): (XmlNode | null)[] {
  const { query } = call.request
  const write = nameEncoder(call.request)
  return [
    ['Name', call.bucket.name],
    ['Prefix', write(query.get('prefix') ?? '')],
    optionalNode('Delimiter', write(query.get('delimiter') ?? '')),
    ['MaxKeys', String(pageSize(call.request, 'max-keys'))],
    optionalNode('EncodingType', query.get('encoding-type')),
    ['IsTruncated', String(page.isTruncated)],
  ]
}

function objectNode(
  object: StoredObject,
  write: (name: string) => string,
  withOwner: boolean,
): XmlNode {
  return [
    'Contents',
    [['Key', write(object.key)], ...commonNodes(object), withOwner ? amzOwner('Owner') : null],
  ]
}

function versionNode(object: StoredObject, write: (name: string) => string): XmlNode {
  const named: XmlNode[] = [
    ['Key', write(object.key)],
    ['VersionId', object.versionId],
    ['IsLatest', String(object.isLatest)],
  ]
  return object.isMarker
    ? [
        'DeleteMarker',
        [...named, ['LastModified', isoTimeOf(object.modifiedMs)], amzOwner('Owner')],
      ]
    : ['Version', [...named, ...commonNodes(object), amzOwner('Owner')]]
}

function commonNodes(object: StoredObject): XmlNode[] {
  const { checksum } = object
  return [
    ['LastModified', isoTimeOf(object.modifiedMs)],
    ['ETag', quoted(object.etag)],
    ...(checksum === null
      ? []
      : [
          ['ChecksumAlgorithm', checksum.algorithm] as const,
          ['ChecksumType', checksum.type] as const,
        ]),
    ['Size', String(object.byteLength)],
    ['StorageClass', 'STANDARD'],
  ]
}

function prefixNodes(
  page: ListPage<StoredObject>,
  write: (name: string) => string,
): readonly XmlNode[] {
  return page.prefixes.map((prefix): XmlNode => ['CommonPrefixes', [['Prefix', write(prefix)]]])
}

/** The token only names where to continue; it is encoded so that clients treat it as opaque. */
function tokenOfName(name: string): string {
  return Buffer.from(name, 'utf8').toString('base64url')
}

function nameOfToken(token: string): string {
  const name = Buffer.from(token, 'base64url')
  if (token === '' || name.toString('base64url') !== token) {
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect')
  }
  return name.toString('utf8')
}
