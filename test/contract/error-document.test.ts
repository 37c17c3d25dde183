import { describe, expect, it } from 'vitest'
import { readErrorDocument } from '../../electron/contract/error-document.ts'

const NOTHING = {
  ...{ code: '', message: '', region: null, requestId: '', endpoint: null },
  ...{ limitBytes: null, canonicalRequest: '' },
}

describe('an error document', () => {
  it('gives all that Ferry uses of it', () => {
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

  it('is read through the ways of writing a character', () => {
    const xml =
      '<Error><Message>&quot;a&quot; &lt;b&gt; &amp;amp; &#39;c&#39;&#xA;d &nope; &#xFFFFFF;</Message></Error>'

    expect(readErrorDocument(xml).message).toBe('"a" <b> &amp; \'c\'\nd &nope; &#xFFFFFF;')
  })

  it('is read under a prefix, with attributes and as CDATA', () => {
    const xml =
      '<s3:Error xmlns:s3="x"><s3:Code>AccessDenied</s3:Code>' +
      '<Message lang="en"><![CDATA[<b>No & never</b>]]></Message ></s3:Error>'

    expect(readErrorDocument(xml)).toMatchObject({
      code: 'AccessDenied',
      message: '<b>No & never</b>',
    })
  })

  it('is read behind a byte-order mark, and with a message of any length', () => {
    const xml = `\ufeff<Error><Code>AccessDenied</Code><Message>${'x'.repeat(5000)}</Message></Error>`

    const { code, message } = readErrorDocument(xml)

    expect([code, message.length]).toEqual(['AccessDenied', 4000])
  })

  it.each(['', '<html><p>No</html>', '<Code>', '<Code>a<b>c</b></Code>', '<Code>a</Message>'])(
    'that is none gives nothing: %#',
    (xml) => {
      expect(readErrorDocument(xml)).toEqual(NOTHING)
    },
  )
})
