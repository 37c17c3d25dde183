import { type Oddity, type Operation, refusal, type ZooRequest } from '../oddity.ts'

const PUTS: readonly Operation[] = ['PutObject', 'UploadPart']

function hasSum({ headers }: ZooRequest): boolean {
  return Object.keys(headers).some((name) => /^(content-md5|x-amz-checksum-)/.test(name))
}

function needsSum(what: 'Object' | 'Part') {
  return refusal(
    400,
    'InvalidRequest',
    `Content-MD5 OR x-amz-checksum- HTTP header is required for Put ${what} requests with Object Lock parameters`,
  )
}

/** Buckets with a default retention refuse every body that may have been damaged in transit. */
export const OBJECT_LOCK: readonly Oddity[] = [
  {
    title: 'A bucket with Object Lock refuses objects and parts without a checksum',
    source: 'https://github.com/s3tools/s3cmd/issues/1436',
    act: () => (request, store) => {
      if (!PUTS.includes(request.operation) || hasSum(request)) return store()
      return needsSum(request.operation === 'PutObject' ? 'Object' : 'Part')
    },
    ends: { says: /^Done, verified/ },
  },
  {
    title: 'A bucket with Object Lock whose keys may not run the integrity probe',
    source: 'https://github.com/aws/aws-sdk-php/issues/1694',
    act: () => (request, store) => {
      const { operation, key } = request
      const isProbe = operation === 'CreateMultipartUpload' && key.includes('.ferry-check-')
      if (isProbe) return refusal(403, 'AccessDenied')
      if (!PUTS.includes(operation) || hasSum(request)) return store()
      return needsSum(operation === 'PutObject' ? 'Object' : 'Part')
    },
  },
]
