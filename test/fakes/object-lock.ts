import { type HttpRule, no, type RuledRequest, type Said } from './ruled-http.ts'

const NEEDS_SUM =
  'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters'
const LOCKED = 'Access Denied because object protected by object lock.'

/**
 * A bucket with versions and a default retention, with AWS's answers: it accepts no object and no
 * part without a checksum, and deletes no version. Everything else is handled by the store behind
 * it.
 *
 * github.com/aws/aws-sdk-php/issues/1694 · github.com/s3tools/s3cmd/issues/1436
 */
export class ObjectLock {
  /** Null: these keys may not read the bucket's settings. */
  days: number | null = 30
  /** Requests that were refused because they had no checksum. */
  refusedCount = 0
  readonly #versions = new Set<string>()

  readonly rule: HttpRule = async (request, send) => {
    const { method, query } = request
    if (method === 'PUT' && isOfObject(request) && !hasSum(request)) {
      this.refusedCount += 1
      return refusal(400, 'InvalidRequest', NEEDS_SUM)
    }
    if (method === 'GET' && 'object-lock' in query) return this.#configuration()
    const { versionId } = query
    if (method === 'DELETE' && typeof versionId === 'string' && this.#versions.has(versionId)) {
      return refusal(403, 'AccessDenied', LOCKED)
    }
    if (method === 'PUT' || method === 'POST') {
      const { headers } = await send()
      const version = headers['x-amz-version-id']
      if (version !== undefined) this.#versions.add(version)
    }
    return null
  }

  #configuration(): Said {
    if (this.days === null) return no(403, 'AccessDenied')
    const retention = `<Mode>GOVERNANCE</Mode><Days>${this.days}</Days>`
    return {
      status: 200,
      headers: { 'content-type': 'application/xml' },
      body: `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>${retention}</DefaultRetention></Rule></ObjectLockConfiguration>`,
    }
  }
}

function refusal(status: number, code: string, message: string): Said {
  const body = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`
  return { status, body, headers: { 'content-type': 'application/xml' } }
}

function isOfObject({ path, query }: RuledRequest): boolean {
  const isOfKey = path.split('/').filter(Boolean).length > 1
  return isOfKey && !('tagging' in query)
}

function hasSum({ headers }: RuledRequest): boolean {
  return Object.keys(headers).some((name) => /^(content-md5|x-amz-checksum-)/i.test(name))
}
