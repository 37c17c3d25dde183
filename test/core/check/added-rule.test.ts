import { expect, it } from 'vitest'
import { withCorsRule, withUnfinishedRule } from '../../../electron/core/check/added-rule.ts'

const RULE = {
  ...{ allowedOrigins: ['http://a.example'], allowedMethods: ['PUT'], allowedHeaders: ['*'] },
  ...{ exposeHeaders: ['ETag'], maxAgeSeconds: 60 },
}

it('keeps what nobody here has ever heard of, letter by letter', () => {
  const rule = '<Rule>\n <ID>x</ID><Filter/><Strange a="1">y</Strange></Rule>'
  const xml = `<?xml version="1.0"?>\n<LifecycleConfiguration xmlns="ns">${rule}</LifecycleConfiguration>\n`

  const changed = withUnfinishedRule(xml, 'in/', 7)

  expect(changed).toContain(`<LifecycleConfiguration xmlns="ns">${rule}<Rule>`)
  expect(changed?.match(/<Rule>/g)).toHaveLength(2)
})

it('gives its rule a name that no other has', () => {
  const once = withUnfinishedRule(null, 'a/', 7)
  const twice = withUnfinishedRule(once, 'b/', 7)

  expect(twice?.match(/<ID>[^<]*<\/ID>/g)).toEqual([
    '<ID>ferry-remove-unfinished-uploads</ID>',
    '<ID>ferry-remove-unfinished-uploads-2</ID>',
  ])
})

it.each(['<CORSConfiguration/>', '<CORSConfiguration xmlns="n"></CORSConfiguration>', null])(
  'begins a document where there is none or an empty one: %s',
  (xml) => {
    expect(withCorsRule(xml, RULE)).toMatch(
      /^<CORSConfiguration( xmlns="[^"]*")?><CORSRule>.*<\/CORSRule><\/CORSConfiguration>$/,
    )
  },
)

it('writes nothing into what is no such document', () => {
  expect(withCorsRule('<html></html>', RULE)).toBeNull()
  expect(withUnfinishedRule('', 'in/', 7)).toBeNull()
})

it('writes a prefix so that it stays one', () => {
  expect(withUnfinishedRule(null, 'a&b</x>/', 7)).toContain('<Prefix>a&amp;b&lt;/x&gt;/</Prefix>')
})
