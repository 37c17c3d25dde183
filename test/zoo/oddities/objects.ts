import {
  type Act,
  CUT,
  type Oddity,
  onlyOf,
  refusal,
  withHeaders,
  type ZooAnswer,
  type ZooRequest,
} from '../oddity.ts'

/** Half a minute at the host's accelerated speed. */
const SHOWN_AFTER_MS = 1500
const GATEWAY_TIMEOUT: ZooAnswer = {
  status: 504,
  headers: { 'content-type': 'text/html' },
  body: Buffer.from('<html><h1>504 Gateway Time-out</h1></html>'),
}
const NOT_THERE: ZooAnswer = { status: 404, headers: {}, body: Buffer.alloc(0) }

/** Hides every object for a while after its creation. */
function shownLate(
  request: Pick<ZooRequest, 'operation' | 'key'>,
  madeAtMs: ReadonlyMap<string, number>,
  afterMs: number,
): ZooAnswer | null {
  const since = madeAtMs.get(request.key)
  const isHidden = since !== undefined && performance.now() - since < afterMs
  return request.operation === 'HeadObject' && isHidden ? NOT_THERE : null
}

/** The store completes the upload, the answer is replaced, and the object becomes visible later. */
function lateComplete(
  said: () => ZooAnswer | typeof CUT,
  { afterMs = SHOWN_AFTER_MS, isAlways = false } = {},
): Act {
  const madeAtMs = new Map<string, number>()
  return async (request, store) => {
    const hidden = shownLate(request, madeAtMs, afterMs)
    if (hidden !== null) return hidden
    const given = await store()
    const isMade = request.operation === 'CompleteMultipartUpload' && given.status === 200
    if (!isMade || (madeAtMs.has(request.key) && !isAlways)) return given
    madeAtMs.set(request.key, performance.now())
    return said()
  }
}

/** Objects that HEAD reports differently, late or not at all. */
export const OBJECTS: readonly Oddity[] = [
  {
    title: 'Cloudflare removes Content-Length from the answer to HEAD',
    source: 'https://github.com/rclone/rclone/issues/8137',
    act: () => onlyOf(['HeadObject'], (given) => withHeaders(given, { 'content-length': null })),
  },
  {
    title: 'A proxy removes Content-Length from HEAD, and the store refuses ranges',
    source: 'https://github.com/minio/minio/pull/19259',
    act: () => async (request, store) => {
      if (request.operation === 'GetObject') return refusal(501, 'NotImplemented')
      const given = await store()
      const isHead = request.operation === 'HeadObject'
      return isHead ? withHeaders(given, { 'content-length': null }) : given
    },
  },
  {
    title: 'Apache compresses, and describes the compressed object in HEAD',
    source: 'https://httpd.apache.org/docs/2.4/mod/mod_deflate.html#deflatealteretag',
    act: () =>
      onlyOf(['HeadObject'], (given) => {
        const { etag } = given.headers
        if (etag === undefined) return given
        return withHeaders(given, {
          'content-encoding': 'gzip',
          'content-length': '10208',
          etag: etag.replace(/"$/, '-gzip"'),
        })
      }),
  },
  {
    title: 'nginx compresses, and makes ETags weak',
    source: 'https://nginx.org/en/CHANGES-1.8',
    act: () =>
      onlyOf(['HeadObject'], (given) => {
        const { etag } = given.headers
        if (etag === undefined) return given
        return withHeaders(given, { 'content-length': null, etag: `W/${etag}` })
      }),
  },
  {
    title: 'Envoy compresses, and removes ETag and Content-Length',
    source: 'https://github.com/PostHog/posthog/pull/42875',
    act: () =>
      onlyOf(['HeadObject'], (given) => withHeaders(given, { etag: null, 'content-length': null })),
  },
  {
    title: 'Ceph answers PUT with 201',
    source:
      'https://docs.ceph.com/en/latest/radosgw/config-ref/#confval-rgw_s3_success_create_obj_status',
    act: () =>
      onlyOf(['PutObject', 'UploadPart'], (given) =>
        given.status === 200 ? { ...given, status: 201 } : given,
      ),
  },
  {
    title: 'A store shows objects some seconds after it accepted them',
    source: 'https://github.com/AutoMQ/automq/issues/1142',
    act: () => {
      const madeAtMs = new Map<string, number>()
      return async (request, store) => {
        const hidden = shownLate(request, madeAtMs, SHOWN_AFTER_MS)
        if (hidden !== null) return hidden
        const given = await store()
        const isMade = ['PutObject', 'CompleteMultipartUpload'].includes(request.operation)
        if (isMade && given.status === 200) madeAtMs.set(request.key, performance.now())
        return given
      }
    },
  },
  {
    title: 'A proxy answers 504 to Complete, and the store shows the object later',
    source: 'https://github.com/Alluxio/alluxio/issues/14464',
    files: ['parts'],
    act: () => lateComplete(() => GATEWAY_TIMEOUT),
  },
  {
    title: 'A proxy answers 504 to Complete again and again, and no object ever appears',
    source: 'https://github.com/Alluxio/alluxio/issues/14464',
    files: ['parts'],
    act: () =>
      lateComplete(() => GATEWAY_TIMEOUT, { afterMs: Number.POSITIVE_INFINITY, isAlways: true }),
    ends: {
      status: 'Failed',
      says: /^Failed · The store took the whole file but shows no complete object\. Try again/,
      object: 'any',
      timesSent: 2,
    },
  },
  {
    title: 'The connection breaks during Complete, and the store shows the object later',
    source: 'https://github.com/ClickHouse/ClickHouse/pull/56475',
    files: ['parts'],
    act: () => lateComplete(() => CUT),
  },
  {
    title: 'A proxy sends Complete twice, and returns that the second one found no upload',
    source: 'https://github.com/minio/minio/issues/13318',
    files: ['parts'],
    act: () => lateComplete(() => refusal(404, 'NoSuchUpload')),
  },
  {
    title: 'Complete answers 200 with an error in the body',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html',
    files: ['parts'],
    act: () => lateComplete(() => ({ ...refusal(500, 'InternalError'), status: 200 })),
  },
]
