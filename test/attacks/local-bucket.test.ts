import { createHmac } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { S3Error } from '../../electron/local-bucket/http/errors.ts'
import { browserSafetyHeaders } from '../../electron/local-bucket/http/reply.ts'
import { parseXml } from '../../electron/local-bucket/http/xml.ts'
import { amzDate, presigned, signingKeyOf } from '../local-bucket/hand-signed.ts'
import { exchange } from '../local-bucket/raw-exchange.ts'
import { type TemporaryBucket, temporaryBucket } from '../local-bucket/temporary-bucket.ts'
import { attack } from './attack.ts'

const PAGE = 'http://127.0.0.1:4000'

let temporary: TemporaryBucket
beforeAll(async () => {
  temporary = await temporaryBucket({ allowedOrigins: [PAGE] })
})
afterAll(() => temporary.discard())

/**
 * Types that browsers run, in spellings that they tolerate, and types for which they sniff the
 * content.
 */
const ACTIVE_TYPES = [
  'text/html',
  'TEXT/HTML',
  'text/html;charset=utf-7',
  'text/html;',
  'text/html\t; a=b',
  'text/xml',
  'application/xml',
  'application/xhtml+xml',
  'application/rss+xml',
  'application/mathml+xml; x=y',
  'application/vnd.mozilla.xul+xml',
  'image/svg+xml',
  'image/SVG+XML; charset=utf-8',
  'text/xsl',
  'multipart/x-mixed-replace; boundary=a',
  'multipart/related',
  'message/rfc822',
  'application/x-mimearchive',
  'application/x-shockwave-flash',
  'application/javascript',
  'text/css',
  'application/json',
  'application/octet-stream',
  'binary/octet-stream',
  'application/pdf, text/html',
  'image/png, text/html',
  'image/png;a="b",text/html',
  'text/plain; a="\\", text/html; b="',
  'image/png text/html',
  'image/png/html',
  'image/',
  'text/plainx',
  'x',
  '*/*',
  '/',
]

attack(
  'bucket on this computer',
  'no object runs as a page of this origin, whatever its type is called',
  async ({ tried }) => {
    const { store } = temporary
    const isSandboxed = (head: string) =>
      /^content-security-policy: sandbox; default-src 'none'/im.test(head) &&
      /^x-content-type-options: nosniff/im.test(head)
    for (const [index, type] of ACTIVE_TYPES.entries()) {
      const path = `/ferry/active-${index}`
      const headers = { 'content-type': type }
      const put = presigned(store, { method: 'PUT', path, headers }, { atMs: Date.now() })
      const stored = await exchange(store, { method: 'PUT', target: put, headers, body: '<p>' })
      const target = presigned(store, { method: 'GET', path }, { atMs: Date.now() })
      const answer = await exchange(store, { method: 'GET', target })
      const query = `response-content-type=${encodeURIComponent(type).replaceAll('*', '%2A')}`
      const asked = presigned(
        store,
        { method: 'GET', path: '/ferry/active-0', query },
        { atMs: Date.now() },
      )
      const overridden = await exchange(store, { method: 'GET', target: asked })

      tried(`stored as ${type}`, stored.status === 200 && isSandboxed(answer.head))
      tried(`asked for as ${type}`, overridden.status === 200 && isSandboxed(overridden.head))
    }
    const none = presigned(
      store,
      { method: 'GET', path: '/ferry/active-0', query: 'response-content-type=' },
      { atMs: Date.now() },
    )
    tried(
      'without a type',
      isSandboxed((await exchange(store, { method: 'GET', target: none })).head),
    )
    const missing = presigned(
      store,
      { method: 'GET', path: '/ferry/%3Cp%3E' },
      { atMs: Date.now() },
    )
    tried('an error', isSandboxed((await exchange(store, { method: 'GET', target: missing })).head))
    const list = presigned(store, { method: 'GET', path: '/ferry' }, { atMs: Date.now() })
    tried('a list', isSandboxed((await exchange(store, { method: 'GET', target: list })).head))
  },
)

it.each([
  'image/png',
  'IMAGE/JPEG',
  'image/webp; q=1',
  'text/plain; charset=utf-8',
  'text/plain;charset="utf-8"',
  'video/mp4; codecs="avc1.42E01E"',
  'audio/mpeg',
  'application/pdf',
])('an object of type %s is shown unchanged', (type) => {
  expect(browserSafetyHeaders(type)).toEqual({ 'X-Content-Type-Options': 'nosniff' })
})

const MIB = 1024 * 1024
const full = (piece: string, bytes = 4 * MIB) => piece.repeat(Math.floor(bytes / piece.length))

/** As long as a request may be, and designed to be expensive to parse. */
const HEAVY_DOCUMENTS: Readonly<Record<string, string>> = {
  'a million empty elements': `<R>${full('<a/>')}</R>`,
  'elements of one name': `<R>${full('<a>x</a>')}</R>`,
  'tags that do not end': `<R>${full('<a')}`,
  'tags that are not closed': `<R>${full('<a>')}`,
  'closing tags only': `<R>${full('</a>')}`,
  'comments that do not end': `<R>${full('<!--')}`,
  'many comments': `<R>${full('<!---->')}</R>`,
  'a comment in an attribute': `<R a="<!--">${full('<a/>')}--></R>`,
  'sections that do not end': `<R>${full('<![CDATA[')}`,
  'many sections': `<R>${full('<![CDATA[]]>')}</R>`,
  'many instructions': `<R>${full('<?a?>')}</R>`,
  'one tag of spaces': `<R ${' '.repeat(4 * MIB)}></R>`,
  'one tag of equals signs': `<R ${'='.repeat(4 * MIB)}></R>`,
  'one tag of quotes': `<R a=${'"'.repeat(4 * MIB)}></R>`,
  'one attribute without an end': `<R a="${'x '.repeat(2 * MIB)}`,
  'many attributes': `<R ${full('a="b" ')}></R>`,
  'many small attributes': `<R>${full('<a b="c"/>')}</R>`,
  'great depth': `<R>${'<a>'.repeat(500_000)}${'</a>'.repeat(500_000)}</R>`,
  'many references': `<R>${full('&amp;')}</R>`,
  'references that do not end': `<R>${full('&#x')}</R>`,
  'a document type': `<!DOCTYPE R [<!ENTITY a "${'x'.repeat(1000)}">]><R>${full('&a;')}</R>`,
  'an entity of entities': '<!doctype R [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><R>&b;</R>',
  'names from a prototype': `<R>${full('<__proto__><constructor/></__proto__>')}</R>`,
}

attack(
  'bucket on this computer',
  'no document of four megabytes keeps the bucket busy',
  ({ tried }) => {
    for (const [title, document] of Object.entries(HEAVY_DOCUMENTS)) {
      const startedMs = performance.now()
      let isRefused = false
      try {
        parseXml(Buffer.from(document), 'R')
      } catch (error) {
        isRefused = error instanceof S3Error && error.code === 'MalformedXML'
      }
      // Quadratic work for so many bytes takes minutes.
      tried(title, isRefused && performance.now() - startedMs < 3_000)
    }
  },
)

it('reads the longest document that S3 accepts', () => {
  const part = (number: number) =>
    `<Part><PartNumber>${number}</PartNumber><ETag>&quot;${'0'.repeat(32)}&quot;</ETag><ChecksumSHA256>${'A'.repeat(44)}</ChecksumSHA256></Part>`
  const parts = Array.from({ length: 10_000 }, (_, index) => part(index + 1)).join('\n')
  const document = `<?xml version="1.0"?>\n<CompleteMultipartUpload xmlns='http://s3.amazonaws.com/doc/2006-03-01/'>${parts}</CompleteMultipartUpload>`

  const root = parseXml(Buffer.from(document), 'CompleteMultipartUpload')

  expect(root.children.get('Part')).toHaveLength(10_000)
})

attack(
  'bucket on this computer',
  'a document is refused because of its length before it is read',
  async ({ tried }) => {
    const { store } = temporary
    for (const query of ['cors', 'lifecycle', 'versioning']) {
      const headers = { 'content-length': String(1024 * MIB) }
      const made = { method: 'PUT', path: '/ferry', query }
      const target = presigned(store, made, { atMs: Date.now() })
      // Otherwise it would wait for the rest of the body forever.
      const answer = await exchange(store, {
        method: 'PUT',
        target,
        headers: { ...headers, expect: '100-continue' },
      })
      tried(query, answer.status === 400 && answer.code === 'MalformedXML')
    }
  },
)

const BOUNDARY = 'ferry-boundary'

interface HandMadeForm {
  readonly key: string
  readonly fields?: readonly (readonly [name: string, value: string])[]
  readonly file?: string
  /** Replaces `form-data; name="file"; filename="a"`. */
  readonly disposition?: string
  /** Follows the last boundary. */
  readonly end?: string
  readonly contentType?: string
}

/** A form with a valid policy for its key; the attacker controls everything around it. */
async function postForm(form: HandMadeForm) {
  const { store } = temporary
  const { key, fields = [], file = 'the file', end = '--\r\n' } = form
  const disposition = form.disposition ?? 'form-data; name="file"; filename="a"'
  const claims = { atMs: Date.now() }
  const date = amzDate(claims.atMs)
  const signed = {
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${store.credentials.accessKeyId}/${date.slice(0, 8)}/${store.region}/s3/aws4_request`,
    'x-amz-date': date,
  }
  const policy = Buffer.from(
    JSON.stringify({
      expiration: new Date(claims.atMs + 60_000).toISOString(),
      conditions: [{ bucket: store.bucket }, { key }, signed],
    }),
  ).toString('base64')
  const signature = createHmac('sha256', signingKeyOf(store, claims)).update(policy).digest('hex')
  const all = [
    ...fields,
    ...Object.entries({ key, ...signed, policy, 'x-amz-signature': signature }),
  ]
  const parts = all.map(
    ([name, value]) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const body = `${parts.join('')}--${BOUNDARY}\r\nContent-Disposition: ${disposition}\r\n\r\n${file}\r\n--${BOUNDARY}${end}`
  const contentType = form.contentType ?? `multipart/form-data; boundary=${BOUNDARY}`
  return exchange(store, {
    method: 'POST',
    target: '/ferry',
    headers: { 'content-type': contentType },
    body,
  })
}

async function isStored(key: string): Promise<boolean> {
  const made = { method: 'HEAD', path: `/ferry/${key}` }
  const target = presigned(temporary.store, made, { atMs: Date.now() })
  return (await exchange(temporary.store, { method: 'HEAD', target })).status === 200
}

it('a handmade form is accepted', async () => {
  const fields = [['bucket', 'ferry']] as const

  const answer = await postForm({ key: 'by-hand', fields })

  expect([answer.status, await isStored('by-hand')]).toEqual([204, true])
})

const ODD_FORMS: Readonly<Record<string, Omit<HandMadeForm, 'key'>>> = {
  'names another bucket': { fields: [['bucket', 'other']] },
  'names another bucket, loudly': { fields: [['BUCKET', 'other']] },
  'names no bucket': { fields: [['bucket', '']] },
  'holds a boundary that goes on': { file: `a\r\n--${BOUNDARY}x\r\nb` },
  'holds a boundary that goes on with a dash': { file: `a\r\n--${BOUNDARY}-x` },
  'holds a boundary before a bare line feed': { file: `a\r\n--${BOUNDARY}\nb` },
  'ends its last boundary with anything': { end: 'zz' },
  'ends its last boundary with one dash': { end: '-' },
  'ends at its last boundary': { end: '' },
  'ends a boundary of a field with anything': {
    fields: [['x-ignore-a', `a\r\n--${BOUNDARY}x\r\n\r\nb`]],
  },
  'has two names for its file': { disposition: 'form-data; name="file"; name="x-ignore-b"' },
  'has a name in the name of its file': { disposition: 'form-data; filename="; name="file"' },
  'has a part that is no form data': { disposition: 'attachment; name="file"; filename="a"' },
  'has two dispositions in a part': {
    disposition:
      'form-data; name="file"; filename="a"\r\nContent-Disposition: form-data; name="file"',
  },
  'has many headers in a part': {
    disposition: `form-data; name="file"; filename="a"${'\r\nX: y'.repeat(100)}`,
  },
  'has two boundaries': {
    contentType: `multipart/form-data; boundary=${BOUNDARY}; boundary=other`,
  },
  'hides its boundary in another parameter': {
    contentType: `multipart/form-data; x="; boundary=${BOUNDARY}"`,
  },
  'has a boundary that no sender may choose': {
    contentType: `multipart/form-data; boundary="${BOUNDARY}<"`,
  },
  'is nearly a form': { contentType: `multipart/form-data-x; boundary=${BOUNDARY}` },
}

attack(
  'bucket on this computer',
  'an ambiguous form stores nothing, whatever it signs',
  async ({ tried }) => {
    for (const [index, [title, form]] of Object.entries(ODD_FORMS).entries()) {
      const key = `odd-${index}`
      const { status } = await postForm({ key, ...form })
      tried(title, status >= 400 && status < 500 && !(await isStored(key)))
    }

    const incoming = join(temporary.folder, 'work')
    expect(await readdir(incoming)).toEqual([])
  },
)

attack(
  'bucket on this computer',
  'a preflight that asks for thousands of headers is not compared with the rules',
  async ({ tried }) => {
    const { store } = temporary
    const headers = {
      origin: PAGE,
      'access-control-request-method': 'GET',
      'access-control-request-headers': Array.from({ length: 5000 }, (_, n) => `x-${n}`).join(','),
    }
    const answer = await exchange(store, { method: 'OPTIONS', target: '/ferry/a', headers })
    tried('5,000 names', answer.status === 403)
  },
)
