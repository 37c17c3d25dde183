import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Destination } from '../../../electron/contract/commands/destinations.ts'
import { DEFAULT_RULES, UploadRules } from '../../../electron/contract/rules/upload-rules.ts'
import { judgeRules } from '../../../electron/core/destinations/destination-rules.ts'
import { headersOfFields, objectFields } from '../../../electron/core/s3/put-headers.ts'
import { CoreHarness } from '../../fakes/core-harness.ts'

let harness: CoreHarness
let local: Destination

beforeEach(async () => {
  harness = await CoreHarness.start()
  local = await harness.must('openLocalBucket', {})
})

afterEach(() => harness.close())

const save = (changes: Partial<UploadRules>) =>
  harness.ask('saveRules', {
    destinationId: local.destinationId,
    rules: { ...DEFAULT_RULES, ...changes },
  })

const pair = (name: string, value = 'v') => ({ name, value })

describe('rules', () => {
  it('are stored trimmed, survive a restart, and are reported to every page', async () => {
    await save({
      keyTemplate: ' {name} ',
      allowedTypes: ' Image/*,, .PDF ',
      contentTypes: [pair(' .MD ', ' text/markdown '), pair('', '')],
      cacheControl: ' no-store ',
      metadata: [pair('x-amz-meta-Author', ' me ')],
      tags: [pair(' Team ', ' a b ')],
      storageClass: ' STANDARD_IA ',
      encryption: { kind: 'kms', keyId: ' alias/ferry ' },
    })

    const reported = harness.heard.of('destinationsChanged').at(-1)?.destinations[0]?.rules
    harness = await harness.restart()
    const { destinations } = await harness.must('listDestinations', {})
    expect(destinations[0]?.rules).toEqual(reported)
    expect(reported).toEqual({
      ...DEFAULT_RULES,
      keyTemplate: '{name}',
      allowedTypes: 'image/*, .pdf',
      contentTypes: [pair('md', 'text/markdown')],
      cacheControl: 'no-store',
      metadata: [pair('author', 'me')],
      tags: [pair('Team', 'a b')],
      storageClass: 'STANDARD_IA',
      encryption: { kind: 'kms', keyId: 'alias/ferry' },
    })
  })

  it.each<[string, Partial<UploadRules>, [string, string, string]]>([
    ['a template', { keyTemplate: '{x}' }, ['keyTemplate', 'unknown-token', '{x}']],
    ['a type', { allowedTypes: 'image/*, pdf' }, ['allowedTypes', 'not-a-type', 'pdf']],
    ['an extension', { contentTypes: [pair('a/b', 'x/y')] }, ['contentTypes', 'not-a-type', 'a/b']],
    ['its type', { contentTypes: [pair('md', 'md')] }, ['contentTypes', 'not-a-type', 'md']],
    [
      'an extension twice',
      { contentTypes: [pair('md', 'a/b'), pair('.MD', 'a/c')] },
      ['contentTypes', 'twice', 'md'],
    ],
    ['a header', { cacheControl: 'a\nb' }, ['cacheControl', 'not-a-header', 'a\nb']],
    ['metadata', { metadata: [pair('a b')] }, ['metadata', 'not-a-header', 'a b']],
    ['no name', { metadata: [pair('', 'x')] }, ['metadata', 'missing', 'x']],
    ['its value', { metadata: [pair('a', 'ü')] }, ['metadata', 'not-a-header', 'ü']],
    [
      "Ferry's own name",
      { metadata: [pair('Ferry-Upload')] },
      ['metadata', 'reserved', 'ferry-upload'],
    ],
    ['a name twice', { metadata: [pair('a'), pair('A')] }, ['metadata', 'twice', 'a']],
    [
      'too much',
      { metadata: [pair('a', 'v'.repeat(1999)), pair('bcde')] },
      ['metadata', 'too-long', ''],
    ],
    ["AWS's own tag", { tags: [pair('aws:x')] }, ['tags', 'reserved', 'aws:x']],
    ['a tag', { tags: [pair('a', 'x&y')] }, ['tags', 'not-a-header', 'x&y']],
    ['a storage class', { storageClass: 'COLD ICE' }, ['storageClass', 'not-a-header', 'COLD ICE']],
    ['a key', { encryption: { kind: 'kms', keyId: 'ä' } }, ['encryption', 'not-a-header', 'ä']],
  ])('report what is wrong with %s, and stay unchanged', async (_what, changes, expected) => {
    const [field, problem, what] = expected

    const refused = await save(changes)

    const { destinations } = await harness.must('listDestinations', {})
    expect(refused).toEqual({
      ok: false,
      failure: { kind: 'rules-invalid', problems: [{ field, problem, what }] },
    })
    expect(destinations[0]?.rules).toEqual(DEFAULT_RULES)
  })

  it('are refused for an unknown destination', async () => {
    const destinationId = 'aaaaaaaa-0000-4000-8000-000000000000' as Destination['destinationId']

    const refused = await harness.ask('saveRules', { destinationId, rules: DEFAULT_RULES })

    expect(refused).toEqual({ ok: false, failure: { kind: 'unknown-id' } })
  })

  it('can all be sent as headers if they are valid', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 })
    const pairs = fc.array(fc.record({ name: text, value: text }), { maxLength: 3 })
    const typed = fc.record({
      ...{ cacheControl: text, storageClass: text, metadata: pairs, tags: pairs },
      encryption: text.map((keyId) => ({ kind: 'kms' as const, keyId })),
    })
    fc.assert(
      fc.property(typed, (changes) => {
        const { rules, problems } = judgeRules({ ...DEFAULT_RULES, ...changes })
        if (problems.length > 0) return
        const file = { name: 'ä"\r\n', contentType: 'text/plain', token: 'token' }
        const headers = headersOfFields(objectFields({ ...rules, disposition: 'inline' }, file))
        expect(() => new Headers(headers)).not.toThrow()
        expect(UploadRules.safeParse(rules).success).toBe(true)
      }),
    )
  })
})
