import { createHmac, randomBytes } from 'node:crypto'
import type { Keys } from '../s3/access-keys.ts'

export interface FormToSign {
  readonly bucket: string
  readonly region: string
  readonly key: string
  readonly contentType: string
  /** The file has at least one byte, and at most so many. */
  readonly maxBytes: number
  readonly nowMs: number
  readonly lifeMs: number
}

/**
 * The fields of a form by which a browser may put one file under one key, and nothing else.
 *
 * docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
 */
export function signedForm(form: FormToSign, keys: Keys): Readonly<Record<string, string>> {
  const amzDate = new Date(form.nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const scope = [amzDate.slice(0, 8), form.region, 's3', 'aws4_request']
  const fields = {
    key: form.key,
    'Content-Type': form.contentType,
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': [keys.accessKeyId, ...scope].join('/'),
    'x-amz-date': amzDate,
    ...(keys.sessionToken === '' ? {} : { 'x-amz-security-token': keys.sessionToken }),
  }
  const policy = {
    expiration: new Date(form.nowMs + form.lifeMs).toISOString(),
    conditions: [
      { bucket: form.bucket },
      ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
      ['content-length-range', 1, form.maxBytes],
    ],
  }
  const encoded = Buffer.from(JSON.stringify(policy)).toString('base64')
  const secret: Buffer = Buffer.from(`AWS4${keys.secretAccessKey}`)
  const key = scope.reduce((before, text) => hmac(before, text), secret)
  return { ...fields, policy: encoded, 'x-amz-signature': hmac(key, encoded).toString('hex') }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** As browsers send it: the file last, since stores read no field that comes after it (RFC 7578). */
export function formBody(fields: Readonly<Record<string, string>>, file: Buffer) {
  const boundary = `ferry-${randomBytes(12).toString('hex')}`
  const lines = Object.entries(fields).map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="check.txt"\r\n` +
    `Content-Type: ${fields['Content-Type'] ?? ''}\r\n\r\n`
  const body = [lines.join(''), head].map((text) => Buffer.from(text))
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat([...body, file, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  }
}
