import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StoreAnswer } from '../../../electron/contract/failure/kinds.ts'
import {
  type AnswerToKeep,
  answerDetails,
  readErrorDocument,
} from '../../../electron/contract/failure/store-answer.ts'

const NOTHING = {
  ...{ code: '', message: '', region: null, requestId: '', endpoint: null },
  ...{ limitBytes: null, canonicalRequest: '' },
}

describe('an error document', () => {
  it('gives every element that Ferry uses', () => {
    const xml =
      '<?xml version="1.0"?>\n<Error><Code>PermanentRedirect</Code>' +
      '<Message>Elsewhere</Message><Details>There</Details><Region>eu-9</Region>' +
      '<Endpoint>photos.s3.example.org</Endpoint><MaxSizeAllowed>5</MaxSizeAllowed>' +
      '<RequestId>r1</RequestId><HostId>h1</HostId></Error>'

    expect(readErrorDocument(xml)).toEqual({
      ...{ code: 'PermanentRedirect', message: 'Elsewhere There', region: 'eu-9' },
      ...{ requestId: 'r1 / h1', endpoint: 'photos.s3.example.org', limitBytes: 5 },
      canonicalRequest: '',
    })
  })

  it('is read with every way of escaping a character', () => {
    const xml =
      '<Error><Message>&quot;a&quot; &lt;b&gt; &amp;amp; &#39;c&#39;&#xA;d &nope; &#xFFFFFF;</Message></Error>'

    expect(readErrorDocument(xml).message).toBe('"a" <b> &amp; \'c\'\nd &nope; &#xFFFFFF;')
  })

  it('is read with a prefix, with attributes and as CDATA', () => {
    const xml =
      '<s3:Error xmlns:s3="x"><s3:Code>AccessDenied</s3:Code>' +
      '<Message lang="en"><![CDATA[<b>No & never</b>]]></Message ></s3:Error>'

    expect(readErrorDocument(xml)).toMatchObject({
      code: 'AccessDenied',
      message: '<b>No & never</b>',
    })
  })

  it('is read after a byte-order mark, and with a message of any length', () => {
    const xml = `\ufeff<Error><Code>AccessDenied</Code><Message>${'x'.repeat(5000)}</Message></Error>`

    const { code, message } = readErrorDocument(xml)

    expect([code, message.length]).toEqual(['AccessDenied', 4000])
  })

  it.each(['', '<html><p>No</html>', '<Code>', '<Code>a<b>c</b></Code>', '<Code>a</Message>'])(
    'gives nothing if it is a different text: %#',
    (xml) => {
      expect(readErrorDocument(xml)).toEqual(NOTHING)
    },
  )
})

const ANSWER: AnswerToKeep = {
  ...{ status: 403, code: 'AccessDenied', message: '', requestId: '', server: '', atMs: 5 },
}
const messageOf = (message: string) => answerDetails({ ...ANSWER, message }).message

const SIGNATURE = '4c67336f848064c7c185808b3be9d080c81c26be3c54e8f4fa1d678b6aed20d4'
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

describe('the stored words of a store', () => {
  it('stay unchanged if they are harmless', () => {
    const message =
      'User: arn:aws:sts::111122223333:assumed-role/deploy/i-0b7c4e2f19a8d3056 is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'

    expect(messageOf(message)).toBe(message)
    expect(messageOf('Zu groß für „Fotos“: 日本語 😀?')).toBe('Zu groß für „Fotos“: 日本語 😀?')
  })

  it.each([
    [
      'a presigned address',
      `See https://b.example/a?X-Amz-Credential=AKIA%2F2&X-Amz-Signature=${SIGNATURE}`,
    ],
    ['one of Google', `At /a?GoogleAccessId=ada@x&Expires=1&Signature=${SIGNATURE}`],
    ['an escaped one', `At /a%3FX-Amz-Signature%3D${SIGNATURE}`],
    ['a piece of one', `X-Amz-Signature=${SIGNATURE} was wrong`],
    ['a token', 'X-Amz-Security-Token=FwoGZXIvYXdzEJr and more'],
    [
      'a header',
      `Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261120/x, SignedHeaders=host, Signature=${SIGNATURE}`,
    ],
    ['a signature by itself', `${SIGNATURE} is not what was calculated`],
    ['a secret by itself', `expected ${SECRET}`],
    ['a named secret', 'SecretAccessKey: hunter2 is wrong'],
    ['an access key', 'The key AKIAIOSFODNN7EXAMPLE does not exist'],
    ['a hidden signature', `X-Amz-\u200bSignature=${SIGNATURE}`],
  ])('contain no key: %s', (_what, message) => {
    const kept = messageOf(message)

    expect(kept).not.toMatch(/4c67336f|EXAMPLE|hunter2|FwoGZXIv|Signature=[0-9a-f]/)
    expect(kept).toContain('…')
  })

  it.each([
    ['control characters', 'a\u0000b\u001bc\u0085d', 'abcd'],
    ['line ends', 'a\r\n\tb\u2028c', 'a b c'],
    ['direction marks', 'a\u202eb\u2066c\u200fd', 'abcd'],
    ['zero width', 'a\u200bb\u200dc\ufeffd\u00ade', 'abc de'],
    ['letters that show nothing', 'a\u3164b\u2800c\u115fd', 'abcd'],
    ['half a character', 'a\ud800b', 'ab'],
    ['marks piled up', `a${'\u0301'.repeat(30)}b`, 'a\u0301\u0301b'],
  ])('contain nothing invisible: %s', (_what, message, kept) => {
    expect(messageOf(message)).toBe(kept)
  })

  it('are cut, but never within a character', () => {
    const kept = messageOf('😀'.repeat(400))

    expect(kept.length).toBeLessThanOrEqual(500)
    expect(kept).toMatch(/^(😀)+…$/u)
  })

  it('keep a request’s ID completely, however random it looks', () => {
    const requestId = 'WPTSRFXZFB2XSE04 / tqglH2mxgQAvzemyOQ4nD+qQkOOwEvytfI97j/eG1l2RXNESULN2bO9='

    expect(answerDetails({ ...ANSWER, requestId }).requestId).toBe(requestId)
  })

  it('fit the contract, whatever they are', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 3000 })
    fc.assert(
      fc.property(anyText, anyText, anyText, (code, message, requestId) => {
        const kept = answerDetails({ ...ANSWER, code, message, requestId, server: message })

        expect(StoreAnswer.safeParse(kept).success).toBe(true)
        expect(Object.values(kept).join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
      }),
    )
  })
})
