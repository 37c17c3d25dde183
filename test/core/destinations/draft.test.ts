import { describe, expect, it } from 'vitest'
import type { DestinationDraft } from '../../../electron/contract/destination-draft.ts'
import { cleanDraft } from '../../../electron/core/destinations/draft.ts'
import { isPrivateHost } from '../../../electron/core/destinations/endpoint.ts'
import { TYPED_KEYS } from '../../fakes/typed-keys.ts'

const draft: DestinationDraft = {
  ...TYPED_KEYS,
  destinationId: null,
  name: 'Mine',
  provider: 'other',
  endpoint: 'https://s3.example.org',
  region: 'eu-1',
  bucket: 'photos',
  prefix: '',
  pathStyle: true,
  accessKeyId: 'AKIA',
  secretAccessKey: 'secret',
  sessionToken: '',
  keepSecret: true,
}

/** The destination that is edited: like the draft, with a stored secret. */
const FORMER = {
  endpoint: draft.endpoint,
  credentials: { kind: 'keys', accessKeyId: draft.accessKeyId },
} as const

const clean = (changes: Partial<DestinationDraft>, hasFormer = false) => {
  const outcome = cleanDraft({ ...draft, ...changes }, hasFormer ? FORMER : null)
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure))
  return outcome.value
}

const problems = (changes: Partial<DestinationDraft>, hasFormer = false) => {
  const outcome = cleanDraft({ ...draft, ...changes }, hasFormer ? FORMER : null)
  return outcome.ok || outcome.failure.kind !== 'form-invalid' ? [] : outcome.failure.problems
}

describe('an endpoint', () => {
  it.each([
    ['https://s3.example.org', 'https://s3.example.org', []],
    ['  https://s3.example.org ', 'https://s3.example.org', ['trimmed']],
    ['s3.example.org', 'https://s3.example.org', ['scheme-added']],
    ['localhost:9000', 'https://localhost:9000', ['scheme-added']],
    ['https://s3.example.org/', 'https://s3.example.org', ['slash-removed']],
    ['HTTPS://S3.Example.ORG:443', 'https://s3.example.org', []],
    ['http://192.168.1.20:9000', 'http://192.168.1.20:9000', []],
    ['http://nas:9000', 'http://nas:9000', []],
    ['http://nas.local', 'http://nas.local', []],
    ['http://[::1]:9000', 'http://[::1]:9000', []],
  ] as const)('%j is used as %j', (endpoint, used, changes) => {
    const { fields, notes } = clean({ endpoint })

    expect(fields.endpoint).toBe(used)
    expect(notes).toEqual(changes.map((change) => ({ field: 'endpoint', change })))
  })

  it.each([
    ['', 'missing'],
    ['   ', 'missing'],
    ['https://', 'not-a-url'],
    ['.', 'not-a-url'],
    ['https://a..example', 'not-a-url'],
    [`https://${'a'.repeat(64)}.example`, 'not-a-url'],
    ['https://s3 example.org', 'not-a-url'],
    ['ftp://s3.example.org', 'not-http'],
    ['https://s3.example.org/bucket', 'has-path'],
    ['https://s3.example.org?region=1', 'has-query'],
    ['https://s3.example.org/#x', 'has-query'],
    ['https://me:pw@s3.example.org', 'has-credentials'],
    ['http://s3.example.org', 'plain-http-outside-this-network'],
    ['http://8.8.8.8:9000', 'plain-http-outside-this-network'],
  ])('%j is refused: %s', (endpoint, problem) => {
    expect(problems({ endpoint })).toEqual([{ field: 'endpoint', problem }])
  })

  it('follows from the region if the provider has one per region', () => {
    const aws = clean({ provider: 'aws', endpoint: '', region: 'eu-west-3', pathStyle: false })
    const bare = clean({ provider: 'b2', endpoint: '', region: '' })

    expect(aws.fields.endpoint).toBe('https://s3.eu-west-3.amazonaws.com')
    expect(bare.fields).toMatchObject({
      endpoint: 'https://s3.us-west-004.backblazeb2.com',
      region: 'us-west-004',
    })
  })

  it.each([
    ['eu-west-1', '', 'eu-west-1', 'eu-west-1', []],
    ['eu-west-1', 'us-east-1', 'eu-west-1', 'eu-west-1', ['region']],
    ['us-east-1', 'eu-west-1', 'eu-west-1', 'eu-west-1', ['endpoint']],
    ['eu-west-1', 'eu-west-2', 'eu-west-1', 'eu-west-1', ['region']],
  ])('that names %s with the region %j is made consistent', (named, region, at, used, noted) => {
    const { fields, notes } = clean({
      provider: 'aws',
      endpoint: `https://s3.${named}.amazonaws.com`,
      region,
    })

    expect(fields.endpoint).toBe(`https://s3.${at}.amazonaws.com`)
    expect(fields.region).toBe(used)
    expect(notes).toEqual(noted.map((field) => ({ field, change: 'region-corrected' })))
  })
})

describe('keys', () => {
  it('lose stray spaces, and the form says so', () => {
    const { fields, secrets, notes } = clean({
      accessKeyId: ' AKIA\n',
      secretAccessKey: '\tsecret ',
      sessionToken: ' token',
    })

    expect(fields.credentials).toEqual({ kind: 'keys', accessKeyId: 'AKIA' })
    expect(secrets).toEqual({ secretAccessKey: 'secret', sessionToken: 'token' })
    expect(notes).toEqual([
      { field: 'accessKeyId', change: 'trimmed' },
      { field: 'secretAccessKey', change: 'trimmed' },
      { field: 'sessionToken', change: 'trimmed' },
    ])
  })

  it('with a space inside were not copied correctly', () => {
    expect(problems({ accessKeyId: 'AK IA', secretAccessKey: 'sec\nret' })).toEqual([
      { field: 'accessKeyId', problem: 'has-inner-space' },
      { field: 'secretAccessKey', problem: 'has-inner-space' },
    ])
  })

  it('may be left empty only if there were some before', () => {
    expect(problems({ secretAccessKey: ' ' })).toEqual([
      { field: 'secretAccessKey', problem: 'missing' },
    ])
    expect(clean({ secretAccessKey: '' }, true).secrets).toBeNull()
    expect(problems({ accessKeyId: '' }, true)).toEqual([
      { field: 'accessKeyId', problem: 'missing' },
    ])
    // A new token belongs to a new secret.
    expect(problems({ secretAccessKey: '', sessionToken: 'new' }, true)).toEqual([
      { field: 'secretAccessKey', problem: 'missing' },
    ])
  })
})

describe('a bucket', () => {
  it.each([
    ['aws', 'my.bucket-1', true],
    ['aws', 'My_Bucket', false],
    ['aws', 'ab', false],
    ['aws', 'a..b', false],
    ['aws', '-ab', false],
    ['other', 'My_Bucket', true],
    ['other', 'a/b', false],
    ['other', 'a b', false],
    ['other', '..', false],
  ] as const)('of %s may be named %s: %s', (provider, bucket, isGood) => {
    const found = problems({ provider, bucket })

    expect(found).toEqual(isGood ? [] : [{ field: 'bucket', problem: 'bucket-name-invalid' }])
  })

  it('has to be named', () => {
    expect(problems({ bucket: '' })).toEqual([{ field: 'bucket', problem: 'missing' }])
  })

  it('names its destination unless the user does', () => {
    expect(clean({ name: ' ' }).fields.name).toBe('photos')
  })
})

describe('a prefix', () => {
  it.each([
    ['', '', []],
    ['/', '', ['slash-removed']],
    ['a', 'a/', ['slash-added']],
    ['/a/b/', 'a/b/', ['slash-removed']],
    [' a/b c/ ', 'a/b c/', ['trimmed']],
  ] as const)('%j is used as %j', (prefix, used, changes) => {
    const { fields, notes } = clean({ prefix })

    expect(fields.prefix).toBe(used)
    expect(notes).toEqual(changes.map((change) => ({ field: 'prefix', change })))
  })

  it.each([
    ['a//b', 'prefix-invalid'],
    ['a/../b', 'prefix-invalid'],
    ['\ud800', 'prefix-invalid'],
    ['x'.repeat(1000), 'too-long'],
  ])('%j is refused: %s', (prefix, problem) => {
    expect(problems({ prefix })).toEqual([{ field: 'prefix', problem }])
  })
})

it('reports every problem of a form at once', () => {
  const found = problems({ endpoint: '', bucket: '', accessKeyId: '', secretAccessKey: '' })

  expect(found.map((each) => each.field)).toEqual([
    'endpoint',
    'bucket',
    'accessKeyId',
    'secretAccessKey',
  ])
})

describe('a host of this network', () => {
  it.each([
    'localhost',
    'a.localhost',
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '100.64.0.1',
    '[::1]',
    '[fd00::1]',
    '[fe80::1]',
    'nas',
    'nas.local',
    'nas.lan',
    'ceph.home.arpa',
  ])('is %s', (host) => {
    expect(isPrivateHost(host)).toBe(true)
  })

  it.each([
    'example.org',
    '8.8.8.8',
    '172.32.0.1',
    '[2001:db8::1]',
    'localhost.example.org',
    '127.0.0.1.example.org',
    'local.example',
  ])('is not %s', (host) => {
    expect(isPrivateHost(host)).toBe(false)
  })
})
