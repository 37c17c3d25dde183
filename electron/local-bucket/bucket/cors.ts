import { S3Error } from '../http/errors.ts'
import { emptyReply, type Reply } from '../http/reply.ts'
import type { CorsRule } from '../index/bucket-settings.ts'

/** Access for Ferry's own page, which needs no rule in the bucket. */
function ownPageRule(origins: readonly string[]): CorsRule {
  return {
    id: '',
    origins: [...origins],
    methods: ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'],
    headers: ['*'],
    exposed: EXPOSED_TO_OWN_PAGE,
    maxAgeSeconds: 600,
  }
}

const EXPOSED_TO_OWN_PAGE = [
  'ETag',
  'Date',
  'Content-Range',
  'Content-Disposition',
  'Accept-Ranges',
  'x-amz-request-id',
  'x-amz-version-id',
  'x-amz-bucket-region',
  'x-amz-checksum-crc32',
  'x-amz-checksum-crc32c',
  'x-amz-checksum-crc64nvme',
  'x-amz-checksum-sha1',
  'x-amz-checksum-sha256',
  'x-amz-checksum-type',
]

/** The bucket's rules, preceded by the one for Ferry's own page. */
export function rulesInForce(
  pageOrigins: readonly string[],
  bucketRules: readonly CorsRule[],
): readonly CorsRule[] {
  return pageOrigins.length === 0 ? bucketRules : [ownPageRule(pageOrigins), ...bucketRules]
}

/**
 * Headers that let the requesting page read an answer, including errors; empty when no rule
 * matches.
 */
export function corsHeaders(
  rules: readonly CorsRule[],
  origin: string | undefined,
  method: string,
): Record<string, string> {
  if (origin === undefined || rules.length === 0) return {}
  const rule = rules.find((each) => allowsOrigin(each, origin) && each.methods.includes(method))
  return rule === undefined ? { Vary: VARY } : allowHeaders(rule, origin)
}

/**
 * Answers a preflight, which is never signed.
 * Source: docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html
 */
export function preflightReply(
  rules: readonly CorsRule[],
  headers: ReadonlyMap<string, string>,
): Reply {
  const origin = headers.get('origin')
  const method = headers.get('access-control-request-method')
  if (origin === undefined || method === undefined) {
    throw new S3Error('BadRequest', 'Insufficient information. Origin request header needed.')
  }
  const wanted = (headers.get('access-control-request-headers') ?? '')
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => each !== '')
  // A preflight is unsigned, and each name is compared with the names of every rule.
  if (wanted.length > MAX_ASKED_HEADERS) throw new S3Error('AccessForbidden')
  const rule = rules.find(
    (each) =>
      allowsOrigin(each, origin) &&
      each.methods.includes(method) &&
      wanted.every((name) => each.headers.some((allowed) => fits(allowed.toLowerCase(), name))),
  )
  if (rule === undefined) throw new S3Error('AccessForbidden', undefined, {}, { Vary: VARY })
  return emptyReply(200, {
    ...allowHeaders(rule, origin),
    ...(wanted.length > 0 ? { 'Access-Control-Allow-Headers': wanted.join(', ') } : {}),
    ...(rule.maxAgeSeconds === null
      ? {}
      : { 'Access-Control-Max-Age': String(rule.maxAgeSeconds) }),
    // Chromium asks this before a page from another network may reach this machine.
    ...(headers.get('access-control-request-private-network') === 'true'
      ? { 'Access-Control-Allow-Private-Network': 'true' }
      : {}),
  })
}

/** More than any page sends. */
const MAX_ASKED_HEADERS = 100
const VARY = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method'

function allowHeaders(rule: CorsRule, origin: string): Record<string, string> {
  const isForAll = rule.origins.includes('*')
  return {
    'Access-Control-Allow-Origin': isForAll ? '*' : origin,
    'Access-Control-Allow-Methods': rule.methods.join(', '),
    ...(isForAll ? {} : { 'Access-Control-Allow-Credentials': 'true' }),
    ...(rule.exposed.length > 0
      ? { 'Access-Control-Expose-Headers': rule.exposed.join(', ') }
      : {}),
    Vary: VARY,
  }
}

function allowsOrigin(rule: CorsRule, origin: string): boolean {
  return rule.origins.some((pattern) => fits(pattern, origin))
}

/** A pattern has at most one `*`, which matches any run of characters. */
function fits(pattern: string, text: string): boolean {
  const [head, tail] = pattern.split('*')
  if (head === undefined || tail === undefined) return pattern === text
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail)
}
