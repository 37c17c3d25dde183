import type { CorsRule } from './commands/checks.ts'

/** As the console of AWS takes it: the list of rules by itself. */
export function corsAsJson(rule: CorsRule): string {
  const inConsole = {
    AllowedOrigins: rule.allowedOrigins,
    AllowedMethods: rule.allowedMethods,
    AllowedHeaders: rule.allowedHeaders,
    ExposeHeaders: rule.exposeHeaders,
    MaxAgeSeconds: rule.maxAgeSeconds,
  }
  return JSON.stringify([inConsole], null, 2)
}

/**
 * As `PutBucketCors` and the tools around other stores take it.
 * docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html
 */
export function corsAsXml(rule: CorsRule): string {
  const lines = [
    ...tags('AllowedOrigin', rule.allowedOrigins),
    ...tags('AllowedMethod', rule.allowedMethods),
    ...tags('AllowedHeader', rule.allowedHeaders),
    ...tags('ExposeHeader', rule.exposeHeaders),
    ...tags('MaxAgeSeconds', [String(rule.maxAgeSeconds)]),
  ]
  return [
    '<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    '  <CORSRule>',
    ...lines.map((line) => `    ${line}`),
    '  </CORSRule>',
    '</CORSConfiguration>',
  ].join('\n')
}

function tags(name: string, texts: readonly string[]): readonly string[] {
  return texts.map((text) => `<${name}>${escaped(text)}</${name}>`)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
