import { expect, it } from 'vitest'
import { corsRuleFor } from '../../../electron/contract/bucket-policies.ts'
import { withCorsRule, withUnfinishedRule } from '../../../electron/core/checks/bucket-documents.ts'

const RULE = {
  ...{ allowedOrigins: ['http://a.example'], allowedMethods: ['PUT'], allowedHeaders: ['*'] },
  ...{ exposeHeaders: ['ETag'], maxAgeSeconds: 60 },
}

it('keeps unknown elements, character by character', () => {
  const rule = '<Rule>\n <ID>x</ID><Filter/><Strange a="1">y</Strange></Rule>'
  const xml = `<?xml version="1.0"?>\n<LifecycleConfiguration xmlns="ns">${rule}</LifecycleConfiguration>\n`

  const changed = withUnfinishedRule(xml, 'in/', 7)

  expect(changed).toContain(`<LifecycleConfiguration xmlns="ns">${rule}<Rule>`)
  expect(changed?.match(/<Rule>/g)).toHaveLength(2)
})

it('gives its rule a unique name', () => {
  const once = withUnfinishedRule(null, 'a/', 7)
  const twice = withUnfinishedRule(once, 'b/', 7)

  expect(twice?.match(/<ID>[^<]*<\/ID>/g)).toEqual([
    '<ID>ferry-remove-unfinished-uploads</ID>',
    '<ID>ferry-remove-unfinished-uploads-2</ID>',
  ])
})

it.each(['<CORSConfiguration/>', '<CORSConfiguration xmlns="n"></CORSConfiguration>', null])(
  'creates a document if there is none or an empty one: %s',
  (xml) => {
    expect(withCorsRule(xml, RULE)).toMatch(
      /^<CORSConfiguration( xmlns="[^"]*")?><CORSRule>.*<\/CORSRule><\/CORSConfiguration>$/,
    )
  },
)

it('does not change a different kind of document', () => {
  expect(withCorsRule('<html></html>', RULE)).toBeNull()
  expect(withUnfinishedRule('', 'in/', 7)).toBeNull()
})

it('escapes a prefix', () => {
  expect(withUnfinishedRule(null, 'a&b</x>/', 7)).toContain('<Prefix>a&amp;b&lt;/x&gt;/</Prefix>')
})

const OURS =
  '<CORSRule><AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod>' +
  '<AllowedMethod>HEAD</AllowedMethod><AllowedMethod>POST</AllowedMethod>' +
  '<AllowedOrigin>http://127.0.0.1:47470</AllowedOrigin><AllowedHeader>*</AllowedHeader>' +
  '<ExposeHeader>ETag</ExposeHeader></CORSRule>'
const WANTED = corsRuleFor('http://*.localhost:47470')
const inside = (rules: string) => `<CORSConfiguration>${rules}</CORSConfiguration>`

it('completes a rule that Ferry has set, and moves it before the others', () => {
  const others = '<CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule>'

  const changed = withCorsRule(inside(others + OURS), WANTED)

  expect(changed?.match(/<CORSRule>/g)).toHaveLength(2)
  expect(changed?.endsWith(inside(others).slice('<CORSConfiguration>'.length))).toBe(true)
  expect(changed).toContain(
    '<AllowedOrigin>http://*.localhost:47470</AllowedOrigin><AllowedOrigin>http://127.0.0.1:47470</AllowedOrigin>',
  )
  expect(withCorsRule(changed, WANTED)).toBe(changed)
})

it.each([
  ['another origin', OURS.replace('127.0.0.1:47470', 'files.example')],
  ['another method', OURS.replace('>POST<', '>DELETE<')],
  ['another header to read', OURS.replace('>ETag<', '>X-Mine<')],
  ['an unknown element', OURS.replace('<AllowedHeader>', '<Strange/><AllowedHeader>')],
])('does not change a rule with %s, which belongs to somebody else', (_what, rule) => {
  expect(withCorsRule(inside(rule), WANTED)).toContain(`</CORSRule>${rule}</CORSConfiguration>`)
})

it('does not take comments or CDATA for elements', () => {
  const strange =
    '<!-- <CORSRule> --><CORSRule><ID><![CDATA[</CORSConfiguration>]]></ID></CORSRule>'

  const changed = withCorsRule(inside(strange), RULE)

  expect(changed).toMatch(/^<CORSConfiguration><!-- <CORSRule> --><CORSRule>.*a\.example/)
  expect(changed).toContain(strange.slice(strange.indexOf('<ID>')))
})

it('keeps attributes that contain quotes, and leaves references unchanged', () => {
  const strange = `<CORSRule a='x"y'><ID>&#65;&amp;</ID><toString> 1 </toString></CORSRule>`

  const changed = withCorsRule(inside(strange), RULE)

  expect(changed).toContain(strange.replace(`'x"y'`, '"x&quot;y"'))
})

it('does not write into a document that it could not keep completely', () => {
  expect(withCorsRule(inside('<?keep this?>'), RULE)).toBeNull()
  expect(withCorsRule(`<!DOCTYPE a>${inside('')}`, RULE)).toBeNull()
})
