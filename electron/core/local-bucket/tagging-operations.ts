import type { Call } from '../../local-bucket/bucket/context.ts'
import { currentObject } from './current-object.ts'
import { versionHeader } from './object-headers.ts'
import { tagsOf } from './object-tags.ts'
import { type Reply, xmlReply } from './reply.ts'
import type { XmlNode } from './xml.ts'

export async function getObjectTagging(call: Call): Promise<Reply> {
  const { bucket, request } = call
  const versionId = request.query.get('versionId') ?? null
  const object = await currentObject(bucket, bucket.objects.find(request.key, versionId))
  const reply = xmlReply('Tagging', [['TagSet', tagsOf(object.headers).map(tagNode)]])
  return { ...reply, headers: { ...reply.headers, ...versionHeader(object) } }
}

function tagNode([name, value]: [name: string, value: string]): XmlNode {
  return [
    'Tag',
    [
      ['Key', name],
      ['Value', value],
    ],
  ]
}
