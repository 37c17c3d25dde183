import type { Call } from '../../local-bucket/bucket/context.ts'
import { S3Error } from '../../local-bucket/http/errors.ts'
import type { CorsRule } from '../../local-bucket/index/bucket-settings.ts'
import { readSetting } from './bucket-operations.ts'
import { emptyReply, type Reply, xmlReply } from './reply.ts'
import { childrenOf, childText, optionalNode, type XmlElement, type XmlNode } from './xml.ts'

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
