import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endpointOf, PROVIDERS } from '../../../../../electron/contract/providers/lookup.ts'
import { parsePasted } from '../../../../../renderer/features/destinations/pasted/parse-pasted.ts'

const lower = [...'abcdefghijklmnopqrstuvwxyz0123456789']
const word = (min: number, max: number, letters = lower) =>
  fc.string({ unit: fc.constantFrom(...letters), minLength: min, maxLength: max })
const bucket = word(3, 20)
const folders = fc.array(word(1, 8), { maxLength: 4 })
const prefixOf = (names: readonly string[]) => names.map((name) => `${name}/`).join('')
const base64 = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+']
const keys = fc.record({
  id: word(16, 16, [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567']).map((rest) => `AKIA${rest}`),
  secret: word(40, 40, base64),
})

/** Every endpoint that the table of providers can make, with its region. */
const places = PROVIDERS.flatMap((provider) =>
  [provider.defaultRegion, ...provider.regions.map(({ id }) => id)].flatMap((region) => {
    const endpoint = endpointOf(provider, region)
    return endpoint === null ? [] : [{ provider, region, endpoint }]
  }),
)
const namesRegion = (template: string | null) => template?.includes('{region}') === true

describe('an endpoint made of region and provider gives them back', () => {
  it.each(places)('$endpoint', ({ provider, region, endpoint }) => {
    const { host } = new URL(endpoint)
    const isVirtualKnown = provider.hosts.some(
      (each) => each.exec(`photos.${host}`)?.groups?.bucket,
    )
    fc.assert(
      fc.property(
        bucket,
        folders,
        fc.boolean(),
        fc.boolean(),
        (name, names, isVirtual, hasScheme) => {
          const prefix = prefixOf(names)
          const scheme = hasScheme ? 'https://' : ''
          const address =
            isVirtual && isVirtualKnown ? `${name}.${host}/${prefix}` : `${host}/${name}/${prefix}`

          const { fields, unsupported } = parsePasted(scheme + address) ?? {}

          expect(unsupported).toBe(null)
          expect(fields).toEqual({
            provider: provider.id,
            endpoint,
            bucket: name,
            pathStyle: provider.pathStyle,
            ...(prefix !== '' && { prefix }),
            ...(namesRegion(provider.endpointTemplate) && { region }),
          })
        },
      ),
      { numRuns: 20 },
    )
  })
})

it('a bucket’s URL and its ARN give the same fields', () => {
  fc.assert(
    fc.property(bucket, folders, (name, names) => {
      const prefix = prefixOf(names)
      const expected = { bucket: name, ...(prefix !== '' && { prefix }) }

      expect(parsePasted(`s3://${name}/${prefix}`)?.fields).toEqual(expected)
      expect(parsePasted(`arn:aws:s3:::${name}/${prefix}*`)?.fields).toEqual(expected)
    }),
  )
})

describe('keys come back as they were written', () => {
  it.each<[string, (id: string, secret: string) => string]>([
    [
      'a profile',
      (id, secret) => `[a]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}`,
    ],
    [
      'a shell',
      (id, secret) => `export AWS_ACCESS_KEY_ID=${id}\nexport AWS_SECRET_ACCESS_KEY=${secret}`,
    ],
    [
      'PowerShell',
      (id, secret) => `$Env:AWS_ACCESS_KEY_ID="${id}"\r\n$Env:AWS_SECRET_ACCESS_KEY="${secret}"`,
    ],
    [
      'Windows',
      (id, secret) => `set AWS_ACCESS_KEY_ID=${id}\r\nset AWS_SECRET_ACCESS_KEY=${secret}`,
    ],
    [
      'JSON',
      (id, secret) => JSON.stringify({ Version: 1, AccessKeyId: id, SecretAccessKey: secret }),
    ],
    ['CSV', (id, secret) => `Access key ID,Secret access key\r\n${id},${secret}`],
    ['s3cmd', (id, secret) => `[default]\naccess_key = ${id}\nsecret_key = ${secret}`],
    ['two lines', (id, secret) => `${id}\n${secret}`],
  ])('in %s', (_, written) => {
    fc.assert(
      fc.property(keys, ({ id, secret }) => {
        expect(parsePasted(written(id, secret))?.fields).toEqual({
          credentialKind: 'keys',
          accessKeyId: id,
          secretAccessKey: secret,
        })
      }),
    )
  })
})

describe('any text', () => {
  const pieces = fc.constantFrom(
    'https://',
    's3://',
    'arn:aws:s3:::',
    '[default]',
    'aws_secret_access_key',
    '=',
    ':',
    '\n',
    '@',
    '/',
    '?',
    'X-Amz-Signature=',
    '<plist><key>Protocol</key><string>s3</string>',
    '{"',
    '":"',
    '"}',
    'type = s3',
    '%',
    '%zz',
    'mc alias set ',
    '.amazonaws.com',
    's3.',
    ' ',
    '\t',
    '"',
    'export ',
    '$Env:',
    '[',
    ']',
    'toString',
    '__proto__',
  )
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.oneof(pieces, fc.string({ maxLength: 12 })), { maxLength: 30 })
      .map((all) => all.join('')),
  )

  it('is parsed without throwing, and gives only values that it contains', () => {
    fc.assert(
      fc.property(text, (any) => {
        const {
          secretAccessKey = '',
          sessionToken = '',
          accessKeyId = '',
        } = parsePasted(any)?.fields ?? {}

        for (const key of [secretAccessKey, sessionToken, accessKeyId]) {
          expect(
            any.includes(key) || any.includes(encodeURIComponent(key)) || any.includes('%'),
          ).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('without a secret’s name gives no secret', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 8 }),
        (lines) => {
          const any = lines.join('\n')
          fc.pre(!/secret|key|@|\{/i.test(any))

          expect(parsePasted(any)?.fields.secretAccessKey).toBeUndefined()
        },
      ),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['blanks', `A${' '.repeat(60_000)}B`],
    ['a long line of names', 'A=1 '.repeat(16_000)],
    ['a long host', `https://${'a.'.repeat(30_000)}amazonaws.com`],
    ['slashes', `s3://b/${'/'.repeat(60_000)}`],
    ['quotes', `${'"'.repeat(60_000)}`],
    ['keys of a list', `<plist>${'<key>'.repeat(12_000)}`],
    ['commas', `secret access key,${','.repeat(60_000)}\nx`],
    ['more than a user copies', 'x'.repeat(1_000_000)],
  ])('of %s is parsed without throwing', (_, any) => {
    expect(() => parsePasted(any)).not.toThrow()
  })
})
