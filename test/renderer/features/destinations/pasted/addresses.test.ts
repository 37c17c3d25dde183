import { describe, expect, it } from 'vitest'
import { parsePasted } from '../../../../../renderer/features/destinations/pasted/parse-pasted.ts'

const account = 'a'.repeat(32)
const aws = { provider: 'aws', pathStyle: false }
const frankfurt = {
  ...aws,
  endpoint: 'https://s3.eu-central-1.amazonaws.com',
  region: 'eu-central-1',
}
const r2 = {
  provider: 'r2',
  endpoint: `https://${account}.r2.cloudflarestorage.com`,
  pathStyle: true,
}

describe('an endpoint', () => {
  it.each([
    ['https://s3.eu-central-1.amazonaws.com', frankfurt],
    ['s3.eu-central-1.amazonaws.com', frankfurt],
    [' https://s3.eu-central-1.amazonaws.com/ \n', frankfurt],
    ['"https://s3.eu-central-1.amazonaws.com",', frankfurt],
    ['<https://s3.eu-central-1.amazonaws.com>', frankfurt],
    ['https://S3.EU-Central-1.amazonaws.com/photos', { ...frankfurt, bucket: 'photos' }],
    [
      'https://my.photos.s3.eu-central-1.amazonaws.com/2026/summer/cat.jpg',
      { ...frankfurt, bucket: 'my.photos', prefix: '2026/summer/' },
    ],
    [
      'https://s3.eu-central-1.amazonaws.com/photos/2026/v1.2/',
      { ...frankfurt, bucket: 'photos', prefix: '2026/v1.2/' },
    ],
    [
      'https://s3.eu-central-1.amazonaws.com/photos/s%C3%BCden%20a/',
      { ...frankfurt, bucket: 'photos', prefix: 'süden a/' },
    ],
    [
      's3.dualstack.us-west-2.amazonaws.com',
      {
        ...aws,
        endpoint: 'https://s3.dualstack.us-west-2.amazonaws.com',
        region: 'us-west-2',
      },
    ],
    [
      'https://photos.s3.cn-north-1.amazonaws.com.cn/',
      {
        ...aws,
        endpoint: 'https://s3.cn-north-1.amazonaws.com.cn',
        region: 'cn-north-1',
        bucket: 'photos',
      },
    ],
    ['https://photos.s3.amazonaws.com/a/', { ...aws, bucket: 'photos', prefix: 'a/' }],
    ['http://photos.s3-website.eu-central-1.amazonaws.com/', { ...frankfurt, bucket: 'photos' }],
    ['https://photos.s3-accelerate.amazonaws.com', { ...aws, bucket: 'photos' }],
    [`https://${account}.r2.cloudflarestorage.com`, r2],
    [`https://${account}.r2.cloudflarestorage.com/photos`, { ...r2, bucket: 'photos' }],
    [
      `${account}.eu.r2.cloudflarestorage.com/photos/a/`,
      {
        ...r2,
        endpoint: `https://${account}.eu.r2.cloudflarestorage.com`,
        bucket: 'photos',
        prefix: 'a/',
      },
    ],
    [
      'photos.s3.us-west-004.backblazeb2.com',
      {
        provider: 'b2',
        endpoint: 'https://s3.us-west-004.backblazeb2.com',
        region: 'us-west-004',
        bucket: 'photos',
        pathStyle: false,
      },
    ],
    [
      'https://photos.fra1.cdn.digitaloceanspaces.com/a/b.png',
      {
        provider: 'spaces',
        endpoint: 'https://fra1.digitaloceanspaces.com',
        region: 'fra1',
        bucket: 'photos',
        prefix: 'a/',
        pathStyle: false,
      },
    ],
    [
      'https://storage.googleapis.com/photos/a/',
      {
        provider: 'gcs',
        endpoint: 'https://storage.googleapis.com',
        bucket: 'photos',
        prefix: 'a/',
        pathStyle: true,
      },
    ],
    ['http://192.168.1.20:9000', { endpoint: 'http://192.168.1.20:9000' }],
    ['192.168.1.20:9000', { endpoint: '192.168.1.20:9000' }],
    ['minio:9000/photos', { endpoint: 'minio:9000', bucket: 'photos', pathStyle: true }],
    [
      'http://[::1]:9000/photos/',
      { endpoint: 'http://[::1]:9000', bucket: 'photos', pathStyle: true },
    ],
    ['[::1]:3900', { endpoint: '[::1]:3900' }],
    [
      'https://s3.example.org/photos/2026/',
      { endpoint: 'https://s3.example.org', bucket: 'photos', prefix: '2026/', pathStyle: true },
    ],
  ])('%s', (text, fields) => {
    expect(parsePasted(text)).toEqual({ kind: 'endpoint', fields, unsupported: null })
  })

  it.each([
    ['https://pub-0123.r2.dev/cat.jpg', 'public-address'],
    ['https://f004.backblazeb2.com/file/photos/cat.jpg', 'public-address'],
    ['https://link.storjshare.io/s/abc/photos/cat.jpg', 'public-address'],
    ['https://mine-123456789012.s3-accesspoint.eu-west-1.amazonaws.com', 'access-point'],
    ['mfzwi23gnjvgw.accesspoint.s3-global.amazonaws.com', 'access-point'],
    ['https://b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com', 'directory-bucket'],
    ['https://b.op-1.s3-outposts.us-east-1.amazonaws.com', 'outpost'],
    ['https://a-1.s3-object-lambda.us-east-1.amazonaws.com', 'object-lambda'],
  ])('%s is recognised and reported as unsupported', (text, unsupported) => {
    expect(parsePasted(text)?.unsupported).toBe(unsupported)
    expect(parsePasted(text)?.fields.bucket).toBeUndefined()
  })

  it.each([
    '',
    'photos',
    'my.photos-1',
    'hello world',
    '12:30',
    'C:\\Users\\me',
    'me@example.org',
    'ftp://example.org/a',
    'https://www.example.org/watch?v=1',
    'https://',
  ])('is not what %j is', (text) => {
    expect(parsePasted(text)).toBeNull()
  })
})

describe('a presigned URL gives its bucket, and nothing of its query', () => {
  const query =
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101%2Feu-west-3%2Fs3%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=feedbeef'

  it.each([
    [
      'https://photos.s3.eu-central-1.amazonaws.com/a/cat',
      { ...frankfurt, bucket: 'photos', prefix: 'a/' },
    ],
    ['https://s3.eu-central-1.amazonaws.com/photos/cat', { ...frankfurt, bucket: 'photos' }],
    [
      'https://photos.s3.amazonaws.com/cat',
      {
        ...aws,
        endpoint: 'https://s3.eu-west-3.amazonaws.com',
        region: 'eu-west-3',
        bucket: 'photos',
      },
    ],
    [
      'https://s3.example.org:9000/photos/a/b/cat',
      {
        endpoint: 'https://s3.example.org:9000',
        region: 'eu-west-3',
        bucket: 'photos',
        prefix: 'a/b/',
        pathStyle: true,
      },
    ],
    [
      'https://photos.s3.example.org/cat.jpg',
      {
        endpoint: 'https://s3.example.org',
        region: 'eu-west-3',
        bucket: 'photos',
        pathStyle: false,
      },
    ],
  ])('%s', (address, fields) => {
    const pasted = parsePasted(`${address}?${query}`)

    expect(pasted).toEqual({ kind: 'presigned-url', fields, unsupported: null })
    expect(JSON.stringify(pasted)).not.toMatch(/feedbeef|AKIA|x-amz/i)
  })

  it('of version 2 and of Google too', () => {
    const old = 'AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=feedbeef&Expires=1'
    const google =
      'X-Goog-Credential=a%40b%2F20260101%2Fauto%2Fstorage%2Fgoog4_request&X-Goog-Signature=feedbeef'

    expect(parsePasted(`https://photos.s3.eu-central-1.amazonaws.com/cat?${old}`)?.fields).toEqual({
      ...frankfurt,
      bucket: 'photos',
    })
    expect(
      parsePasted(`https://storage.googleapis.com/photos/a/cat?${google}`)?.fields,
    ).toMatchObject({
      provider: 'gcs',
      bucket: 'photos',
      prefix: 'a/',
    })
  })
})

describe('a bucket’s URL', () => {
  it.each([
    ['s3://photos', { bucket: 'photos' }],
    ['s3://photos/', { bucket: 'photos' }],
    ['s3://my.photos/2026/summer', { bucket: 'my.photos', prefix: '2026/summer/' }],
    ['s3a://photos/2026/cat.jpg', { bucket: 'photos', prefix: '2026/' }],
    ['s3://photos/a?region=eu-west-3', { bucket: 'photos', prefix: 'a/', region: 'eu-west-3' }],
    [
      's3://photos/a?endpoint=https://s3.example.org/&region=x-1',
      { bucket: 'photos', prefix: 'a/', region: 'x-1', endpoint: 'https://s3.example.org' },
    ],
    ['r2://photos/a', { provider: 'r2', bucket: 'photos', prefix: 'a/', pathStyle: true }],
    [
      'gs://photos/a',
      {
        provider: 'gcs',
        endpoint: 'https://storage.googleapis.com',
        bucket: 'photos',
        prefix: 'a/',
        pathStyle: true,
      },
    ],
    ['b2://photos/a/', { provider: 'b2', bucket: 'photos', prefix: 'a/', pathStyle: false }],
    [
      's3://AKIAIOSFODNN7EXAMPLE@s3.eu-central-1.amazonaws.com/photos/a/',
      { ...frankfurt, accessKeyId: 'AKIAIOSFODNN7EXAMPLE', bucket: 'photos', prefix: 'a/' },
    ],
    [
      's3://KEY@minio.example.org:9000/photos',
      {
        endpoint: 'https://minio.example.org:9000',
        accessKeyId: 'KEY',
        bucket: 'photos',
        pathStyle: true,
      },
    ],
    [
      's3://KEY:sec%2Fret-sec%2Bret@photos/a',
      {
        credentialKind: 'keys',
        accessKeyId: 'KEY',
        secretAccessKey: 'sec/ret-sec+ret',
        bucket: 'photos',
        prefix: 'a/',
      },
    ],
  ])('%s', (text, fields) => {
    expect(parsePasted(text)).toEqual({ kind: 'bucket-url', fields, unsupported: null })
  })

  it.each(['s3://', 's3:///a', 'ftp://photos/a', 'minio/photos', 's3://-/'])(
    'is not %s',
    (text) => {
      expect(parsePasted(text)).toBeNull()
    },
  )
})

describe('an ARN', () => {
  it.each([
    ['arn:aws:s3:::photos', { bucket: 'photos' }],
    ['arn:aws:s3:::photos/*', { bucket: 'photos' }],
    ['"arn:aws:s3:::photos/a/b/*",', { bucket: 'photos', prefix: 'a/b/' }],
    ['arn:aws:s3:::photos/2026*', { bucket: 'photos', prefix: '2026/' }],
    ['arn:aws:s3:::photos/home/\u0024{aws:username}/*', { bucket: 'photos', prefix: 'home/' }],
    ['arn:aws:s3:::photos/a/cat.jpg', { bucket: 'photos', prefix: 'a/' }],
    [
      'arn:aws-cn:s3:::photos',
      {
        ...aws,
        endpoint: 'https://s3.cn-northwest-1.amazonaws.com.cn',
        region: 'cn-northwest-1',
        bucket: 'photos',
      },
    ],
    [
      'arn:aws-us-gov:s3:::photos',
      {
        ...aws,
        endpoint: 'https://s3.us-gov-west-1.amazonaws.com',
        region: 'us-gov-west-1',
        bucket: 'photos',
      },
    ],
  ])('%s', (text, fields) => {
    expect(parsePasted(text)).toEqual({ kind: 'arn', fields, unsupported: null })
  })

  it.each([
    ['arn:aws:s3:us-west-2:123456789012:accesspoint/mine', 'access-point'],
    ['arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap', 'access-point'],
    ['arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/bucket/b', 'outpost'],
    ['arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/mine', 'object-lambda'],
    ['arn:aws:s3express:us-west-2:123456789012:bucket/b--usw2-az1--x-s3', 'directory-bucket'],
    ['arn:aws:iam::123456789012:role/Admin', 'not-s3'],
    ['arn:elsewhere:s3:::photos', 'not-s3'],
  ])('%s is recognised and reported as unsupported', (text, unsupported) => {
    expect(parsePasted(text)).toEqual({ kind: 'arn', fields: {}, unsupported })
  })

  it('for all buckets names none', () => {
    expect(parsePasted('arn:aws:s3:::*')).toBeNull()
  })
})

describe('a page of a store’s website', () => {
  it.each([
    [
      'https://s3.console.aws.amazon.com/s3/buckets/photos?region=eu-central-1&prefix=a%2Fb%2F&showversions=false',
      { ...frankfurt, bucket: 'photos', prefix: 'a/b/' },
    ],
    [
      'https://us-east-1.console.aws.amazon.com/s3/buckets/photos?region=eu-central-1&bucketType=general&tab=objects',
      { ...frankfurt, bucket: 'photos' },
    ],
    [
      'https://eu-central-1.console.aws.amazon.com/s3/object/photos?region=eu-central-1&prefix=a/cat.jpg',
      { ...frankfurt, bucket: 'photos', prefix: 'a/' },
    ],
    [
      'https://s3.console.aws.amazon.com/s3/buckets/photos/a/',
      { ...aws, bucket: 'photos', prefix: 'a/' },
    ],
    [
      `https://dash.cloudflare.com/${account}/r2/default/buckets/photos?prefix=a%2F`,
      { ...r2, bucket: 'photos', prefix: 'a/' },
    ],
    [
      `https://dash.cloudflare.com/${account}/r2/eu/buckets/photos/settings`,
      { ...r2, endpoint: `https://${account}.eu.r2.cloudflarestorage.com`, bucket: 'photos' },
    ],
    [`https://dash.cloudflare.com/${account}/r2/overview`, r2],
    ['https://secure.backblaze.com/b2_buckets.htm', { provider: 'b2', pathStyle: false }],
    [
      'https://console.wasabisys.com/#/file_manager/photos/a/?region=eu-central-1',
      {
        provider: 'wasabi',
        endpoint: 'https://s3.eu-central-1.wasabisys.com',
        region: 'eu-central-1',
        bucket: 'photos',
        prefix: 'a/',
        pathStyle: true,
      },
    ],
    [
      'https://cloud.digitalocean.com/spaces/photos?i=0a1b&path=a%2F',
      { provider: 'spaces', bucket: 'photos', prefix: 'a/', pathStyle: false },
    ],
    [
      'https://console.cloud.google.com/storage/browser/photos/a/b;tab=objects?project=p&prefix=',
      {
        provider: 'gcs',
        endpoint: 'https://storage.googleapis.com',
        bucket: 'photos',
        prefix: 'a/b/',
        pathStyle: true,
      },
    ],
    [
      'https://console.scaleway.com/object-storage/buckets/fr-par/photos/files/a/',
      {
        provider: 'scaleway',
        endpoint: 'https://s3.fr-par.scw.cloud',
        region: 'fr-par',
        bucket: 'photos',
        prefix: 'a/',
        pathStyle: false,
      },
    ],
    [
      'https://cloud.linode.com/object-storage/buckets/us-east-1/photos',
      {
        provider: 'linode',
        endpoint: 'https://us-east-1.linodeobjects.com',
        region: 'us-east-1',
        bucket: 'photos',
        pathStyle: false,
      },
    ],
    [
      'https://storage.cloud.google.com/photos/a/cat.jpg',
      {
        provider: 'gcs',
        endpoint: 'https://storage.googleapis.com',
        bucket: 'photos',
        prefix: 'a/',
        pathStyle: true,
      },
    ],
    ['https://eu-central-1.console.aws.amazon.com/s3/home?region=eu-central-1', frankfurt],
    ['https://console.hetzner.com/projects/1/buckets', { provider: 'hetzner', pathStyle: false }],
    [
      'http://192.168.1.20:9001/browser/photos',
      { provider: 'minio', bucket: 'photos', pathStyle: true },
    ],
  ])('%s', (text, fields) => {
    expect(parsePasted(text)).toEqual({ kind: 'console-page', fields, unsupported: null })
  })

  it('of a directory bucket is reported as unsupported', () => {
    const page =
      'https://us-east-1.console.aws.amazon.com/s3/buckets/b--use1-az4--x-s3?bucketType=directory'
    expect(parsePasted(page)?.unsupported).toBe('directory-bucket')
  })
})
