import { describe, expect, it } from 'vitest'
import { refusalReason, withoutType } from '../../renderer/platform/put-protocol.ts'

const SIGNED = 'X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-meta-a&X-Amz-Signature=abc'
const order = (changes: object = {}) => ({
  url: `https://s3.example.org/files/a?partNumber=1&${SIGNED}`,
  headers: {},
  body: new Blob(['x']),
  ...changes,
})

describe('an order to send a part', () => {
  it.each([
    [{}],
    [{ headers: { 'Content-Type': 'text/plain', 'x-amz-meta-a': '1' } }],
    [{ headers: { 'X-AMZ-Meta-A': '1' } }],
    [{ url: `http://nas.local:9000/files/a?${SIGNED}` }],
  ])('is obeyed if it was signed: %j', (changes) => {
    expect(refusalReason(order(changes))).toBeNull()
  })

  it.each([
    ['a header that was not signed', { headers: { 'x-amz-acl': 'public-read' } }],
    ['a header that was not signed', { headers: { 'x-amz-copy-source': '/files/b' } }],
    ['a header that was not signed', { headers: { 'x-amz-meta-a': '1', 'x-amz-tagging': 'a=b' } }],
    ['an unsigned address', { url: 'https://s3.example.org/files/a' }],
    ['an unsigned address', { url: `https://s3.example.org/a?${SIGNED}&${SIGNED}` }],
    ['an unsigned address', { url: `https://s3.example.org/a?${SIGNED}&x-amz-signedheaders=b` }],
    ['an unsigned address', { url: 'https://s3.example.org/a?X-Amz-SignedHeaders=host' }],
    ['an unsigned address', { url: 'https://s3.example.org/a?X-Amz-Signature=abc' }],
    ['an unsigned address', { url: `https://s3.example.org/a#${SIGNED}` }],
    ['an address with a user', { url: `https://a:b@s3.example.org/a?${SIGNED}` }],
    ['not a web address', { url: `file:///etc/passwd?${SIGNED}` }],
    ['not a web address', { url: `/files/a?${SIGNED}` }],
    ['not an order', { body: 'text' }],
    ['not an order', { body: new Uint8Array(1) }],
    ['not an order', { headers: null }],
    ['not an order', { url: 1 }],
  ])('is refused as %s: %j', (reason, changes) => {
    expect(refusalReason(order(changes))).toBe(reason)
  })

  it.each([undefined, null, 'order'])('is not %j', (value) => {
    expect(refusalReason(value)).toBe('not an order')
  })

  it('gets a body without a type and with the same bytes', async () => {
    const typed = new Blob(['bytes'], { type: 'text/html' })

    const bare = withoutType(typed)

    expect([bare.type, await bare.text()]).toEqual(['', 'bytes'])
  })
})
