import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bucketPolicy,
  corsRuleFor,
  examplePrincipal,
  iamPolicy,
  isPrincipal,
  POLICY_WANTS,
  type PolicyScope,
} from '../../electron/contract/bucket-policies.ts'
import { CorsRule } from '../../electron/contract/commands/checks.ts'
import { corsAsJson, corsAsXml } from '../../electron/contract/cors.ts'
import { DEFAULT_RULES, type UploadRules } from '../../electron/contract/rules/upload-rules.ts'

interface Statement {
  readonly Action: readonly string[]
  readonly Resource: string
  readonly Principal?: unknown
  readonly Condition?: Record<string, Record<string, readonly string[]>>
}

const scopeWith = (changes: Partial<PolicyScope>): PolicyScope => ({
  bucket: 'photos',
  prefix: '2026/',
  region: 'eu-west-1',
  wants: ['upload'],
  rules: DEFAULT_RULES,
  ...changes,
})

const rulesWith = (changes: Partial<UploadRules>): UploadRules => ({ ...DEFAULT_RULES, ...changes })

function statementsOf(text: string | null): readonly Statement[] {
  return text === null ? [] : JSON.parse(text).Statement
}

const actionsOf = (text: string | null) =>
  [...new Set(statementsOf(text).flatMap(({ Action }) => Action))].sort()

/** Matches as AWS matches a pattern: `*` and `?` are wildcards, `${*}` is a star. */
function matches(pattern: string, text: string): boolean {
  const source = pattern.replaceAll(/\$\{([*?$])\}|[*?]|[^*?$]|\$/gu, (token, character) => {
    if (character !== undefined) return `\\${character}`
    if (token === '*') return '[^]*'
    return token === '?' ? '[^]' : token.replace(/[\\^$.*+?()[\]{}|]/u, '\\$&')
  })
  return new RegExp(`^${source}$`, 'u').test(text)
}

const text = fc.string({ unit: 'grapheme' })
const trickyText = fc.oneof(
  text,
  fc
    .array(fc.constantFrom('*', '?', '$', '{', '}', '"', '\\', '/', 'a', `\${aws:username}`))
    .map((each) => each.join('')),
)
const wants = fc.subarray([...POLICY_WANTS])
const rules = fc.record({
  tags: fc.array(fc.record({ name: text, value: text }), { maxLength: 2 }),
  acl: fc.constantFrom(null, 'private' as const, 'public-read' as const),
  encryption: fc.oneof(
    fc.constant({ kind: 'bucket' as const }),
    trickyText.map((keyId) => ({ kind: 'kms' as const, keyId })),
  ),
})
const scopes: fc.Arbitrary<PolicyScope> = fc.record({
  bucket: trickyText,
  prefix: trickyText,
  region: fc.constantFrom('eu-west-1', 'cn-north-1', 'us-gov-west-1', 'eusc-de-east-1', 'auto', ''),
  wants,
  rules,
})

describe('a policy', () => {
  it.each([
    ['upload', ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:PutObject']],
    ['share', ['s3:GetObject']],
    ['browse', ['s3:ListBucket']],
    ['delete', ['s3:DeleteObject', 's3:DeleteObjectVersion']],
    [
      'tidy',
      ['s3:AbortMultipartUpload', 's3:ListBucketMultipartUploads', 's3:ListMultipartUploadParts'],
    ],
    [
      'set-up',
      [
        's3:GetBucketCORS',
        's3:GetBucketVersioning',
        's3:GetLifecycleConfiguration',
        's3:PutBucketCORS',
        's3:PutLifecycleConfiguration',
      ],
    ],
  ] as const)('to %s allows that and no more', (want, actions) => {
    expect(actionsOf(iamPolicy(scopeWith({ wants: [want] })))).toEqual(actions)
  })

  it('is always JSON, and allows exactly the chosen uses together', () => {
    fc.assert(
      fc.property(scopes, (scope) => {
        const allowed = actionsOf(iamPolicy(scope))

        const alone = scope.wants.flatMap((want) =>
          actionsOf(iamPolicy({ ...scope, wants: [want] })),
        )

        expect(allowed).toEqual([...new Set(alone)].sort())
      }),
    )
  })

  it('covers every key below its prefix, and none beside it', () => {
    fc.assert(
      fc.property(scopes, trickyText, (scope, name) => {
        const resources = statementsOf(iamPolicy({ ...scope, wants: [...POLICY_WANTS] }))
          .map(({ Resource }) => Resource)
          .filter((resource) => resource.includes(':s3:'))
        const arnOf = (bucket: string, key: string) =>
          `${resources[0]?.split(':s3:')[0]}:s3:::${bucket}/${key}`
        const reaches = (bucket: string, key: string) =>
          resources.some((resource) => matches(resource, arnOf(bucket, key)))

        expect(reaches(scope.bucket, scope.prefix + name)).toBe(true)
        const isBelow = `${scope.bucket}/${name}`.startsWith(`${scope.bucket}/${scope.prefix}`)
        expect(reaches(scope.bucket, name)).toBe(isBelow)
        expect(reaches(`${scope.bucket}x`, scope.prefix)).toBe(false)
      }),
    )
  })

  it('allows listing only the prefix', () => {
    const [listing] = statementsOf(iamPolicy(scopeWith({ wants: ['browse'], prefix: 'a*b/' })))
    const [whole] = statementsOf(iamPolicy(scopeWith({ wants: ['browse'], prefix: '' })))

    expect(listing).toMatchObject({
      Resource: 'arn:aws:s3:::photos',
      Condition: { StringLike: { 's3:prefix': [`a\${*}b/*`] } },
    })
    expect(whole?.Condition).toBeUndefined()
  })

  it('names buckets by the partition of their region', () => {
    const resourceIn = (region: string) =>
      statementsOf(iamPolicy(scopeWith({ region })))[0]?.Resource

    expect([
      resourceIn('eu-west-1'),
      resourceIn('cn-north-1'),
      resourceIn('us-gov-east-1'),
    ]).toEqual([
      'arn:aws:s3:::photos/2026/*',
      'arn:aws-cn:s3:::photos/2026/*',
      'arn:aws-us-gov:s3:::photos/2026/*',
    ])
  })

  it('allows tags, ACLs and encryption keys if the rules use them', () => {
    const tagged = rulesWith({ tags: [{ name: 'team', value: 'a' }], acl: 'private' })
    const keyed = rulesWith({ encryption: { kind: 'kms', keyId: '1234-abcd' } })

    expect(actionsOf(iamPolicy(scopeWith({ rules: tagged })))).toEqual(
      expect.arrayContaining(['s3:PutObjectTagging', 's3:PutObjectAcl']),
    )
    expect(statementsOf(iamPolicy(scopeWith({ rules: keyed }))).at(-1)).toMatchObject({
      Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
      Resource: 'arn:aws:kms:eu-west-1:*:key/1234-abcd',
    })
  })

  it('names an encryption key by its alias in a condition, as AWS requires', () => {
    const encryption = { kind: 'kms', keyId: 'arn:aws:kms:eu-west-1:1:alias/files' } as const

    const statement = statementsOf(iamPolicy(scopeWith({ rules: rulesWith({ encryption }) }))).at(
      -1,
    )

    expect(statement).toMatchObject({
      Resource: 'arn:aws:kms:eu-west-1:*:key/*',
      Condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': ['alias/files'] } },
    })
  })

  it('is null if no use is chosen', () => {
    expect([
      iamPolicy(scopeWith({ wants: [] })),
      bucketPolicy(scopeWith({ wants: [] }), ''),
    ]).toEqual([null, null])
  })
})

describe('a bucket policy', () => {
  const ADA = 'arn:aws:iam::111122223333:user/ada'

  it('allows the same to the named principal, without permissions that a bucket cannot grant', () => {
    fc.assert(
      fc.property(scopes, (scope) => {
        const ofBucket = bucketPolicy(scope, ADA)

        expect(actionsOf(ofBucket)).toEqual(
          actionsOf(iamPolicy(scope)).filter((action) => action.startsWith('s3:')),
        )
        for (const { Principal } of statementsOf(ofBucket)) expect(Principal).toEqual({ AWS: ADA })
      }),
    )
  })

  it.each([
    [ADA, true],
    ['arn:aws-cn:iam::111122223333:role/team/upload', true],
    ['arn:aws:iam::111122223333:root', true],
    ['arn:aws:iam:::user/ada', true],
    ['arn:aws:sts::111122223333:assumed-role/upload/ada@example.org', true],
    ['*', false],
    ['arn:aws:iam::*:root', false],
    ['arn:aws:iam::111122223333:user/*', false],
    ['arn:aws:s3:::photos', false],
    ['ada', false],
    ['', false],
  ])('accepts "%s" as a principal: %s', (principal, isTaken) => {
    expect(isPrincipal(principal)).toBe(isTaken)
  })

  it('shows an example of a principal in the region’s own form', () => {
    expect(isPrincipal(examplePrincipal('cn-north-1'))).toBe(true)
    expect(examplePrincipal('cn-north-1')).toContain('arn:aws-cn:')
  })
})

describe('the CORS rule', () => {
  const rule = corsRuleFor('http://127.0.0.1:4000')

  it('may be sent by a check: for this origin alone, without wildcards that S3 refuses', () => {
    expect(CorsRule.safeParse(rule).success).toBe(true)
    expect(rule.allowedOrigins).toEqual(['http://127.0.0.1:4000'])
    expect(rule.allowedMethods).toContain('PUT')
    expect(rule.exposeHeaders).toContain('ETag')
    expect(rule.exposeHeaders.join()).not.toContain('*')
  })

  it('is written for the console and for all other tools', () => {
    expect(JSON.parse(corsAsJson(rule))).toEqual([
      {
        AllowedOrigins: rule.allowedOrigins,
        AllowedMethods: rule.allowedMethods,
        AllowedHeaders: rule.allowedHeaders,
        ExposeHeaders: rule.exposeHeaders,
        MaxAgeSeconds: rule.maxAgeSeconds,
      },
    ])
    expect(corsAsXml({ ...rule, allowedOrigins: ['a&<b>'] })).toContain(
      '<AllowedOrigin>a&amp;&lt;b&gt;</AllowedOrigin>',
    )
  })
})
