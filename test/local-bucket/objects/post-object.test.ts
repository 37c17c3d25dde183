import { createHmac } from 'node:crypto'
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientOf, refusalOf } from '../conformance/store.ts'
import { amzDate, signingKeyOf } from '../hand-signed.ts'
import { type TemporaryBucket, temporaryBucket } from '../temporary-bucket.ts'

/** One time for all forms; it is close to the real time, which the SDK uses. */
const NOW = Math.floor(Date.now() / 1000) * 1000

let temporary: TemporaryBucket
beforeAll(async () => {
  temporary = await temporaryBucket({ now: () => NOW })
})
afterAll(() => temporary.discard())

interface Form {
  readonly conditions?: readonly unknown[]
  readonly fields?: Readonly<Record<string, string>>
  readonly file?: string
  readonly fileName?: string
  readonly expiresMs?: number
  readonly region?: string
}

/** A form as a page sends it, with a policy that is signed here. */
function formOf({ conditions = [], fields = {}, ...more }: Form): FormData {
  const { file = 'the file', fileName = 'notes.txt', expiresMs = NOW + 60_000 } = more
  const { store } = temporary
  const claims = { atMs: NOW, region: more.region ?? store.region }
  const date = amzDate(NOW)
  const signed = {
    'x-amz-algorithm': 'AWS4-HMAC-SHA256',
    'x-amz-credential': `${store.credentials.accessKeyId}/${date.slice(0, 8)}/${claims.region}/s3/aws4_request`,
    'x-amz-date': date,
  }
  const policy = Buffer.from(
    JSON.stringify({
      expiration: new Date(expiresMs).toISOString(),
      conditions: [{ bucket: store.bucket }, ...conditions, signed],
    }),
  ).toString('base64')
  const signature = createHmac('sha256', signingKeyOf(store, claims)).update(policy).digest('hex')
  const form = new FormData()
  const all = { ...fields, ...signed, policy, 'x-amz-signature': signature }
  for (const [name, value] of Object.entries(all)) form.append(name, value)
  form.append('file', new Blob([file], { type: 'text/plain' }), fileName)
  return form
}

async function post(body: FormData) {
  const { endpoint, bucket } = temporary.store
  const answer = await fetch(`${endpoint}/${bucket}`, { method: 'POST', body, redirect: 'manual' })
  const text = await answer.text()
  return { answer, text, code: /<Code>([^<]+)/.exec(text)?.[1] ?? '', status: answer.status }
}

const stored = async (Key: string) => {
  const command = new GetObjectCommand({ Bucket: 'ferry', Key })
  const { Body, ContentType, Metadata } = await clientOf(temporary.store).send(command)
  return { text: await Body?.transformToString(), ContentType, Metadata }
}
const isStored = (Key: string) => {
  const command = new HeadObjectCommand({ Bucket: 'ferry', Key })
  return refusalOf(clientOf(temporary.store).send(command))
}

describe('a form with a signed policy', () => {
  it('stores its file under the key, with the fields as headers', async () => {
    const form = formOf({
      conditions: [
        ['starts-with', '$key', 'inbox/'],
        { 'content-type': 'text/plain' },
        ['eq', '$x-amz-meta-from', 'Zoë'],
      ],
      fields: {
        key: `inbox/$${'{filename}'}`,
        'Content-Type': 'text/plain',
        'x-amz-meta-from': 'Zoë',
        'x-ignore-this': 'anything',
      },
    })

    const { status, answer } = await post(form)

    expect(status).toBe(204)
    expect(answer.headers.get('etag')).toBe('"9144da26b6b58c823799dd4a8a884f26"')
    expect(await stored('inbox/notes.txt')).toMatchObject({
      text: 'the file',
      ContentType: 'text/plain',
    })
  })

  it.each([
    ['200', 200],
    ['201', 201],
    ['204', 204],
    ['999', 204],
  ])('answers a requested status %s with %i', async (wish, status) => {
    const fields = { key: 'status', success_action_status: wish }
    const conditions = [{ key: 'status' }, ['starts-with', '$success_action_status', '']]

    const sent = await post(formOf({ fields, conditions }))

    expect(sent.status).toBe(status)
    expect(sent.text.includes('<Key>status</Key>')).toBe(status === 201)
  })

  it('redirects the browser to the signed address', async () => {
    const success_action_redirect = 'https://example.com/thanks?a=1'
    const fields = { key: 'redirect', success_action_redirect }
    const conditions = [{ key: 'redirect' }, { success_action_redirect }]

    const { status, answer } = await post(formOf({ fields, conditions }))

    expect(status).toBe(303)
    expect(answer.headers.get('location')).toMatch(
      /^https:\/\/example\.com\/thanks\?a=1&bucket=ferry&key=redirect&etag=/,
    )
  })

  it('accepts bytes that look like its boundary', async () => {
    const file = '\r\n--\r\n----WebKitFormBoundary\r\n\r\n--formdata-undici-0\r\n'.repeat(5000)

    const { status } = await post(
      formOf({ file, fields: { key: 'frame' }, conditions: [{ key: 'frame' }] }),
    )

    expect(status).toBe(204)
    expect((await stored('frame')).text).toBe(file)
  })

  it.each([
    ['too short', 'x', 'EntityTooSmall'],
    ['too long', 'x'.repeat(200_000), 'EntityTooLarge'],
  ])('refuses a file that is %s', async (_, file, code) => {
    const conditions = [{ key: 'sized' }, ['content-length-range', 2, 100_000]]

    const sent = await post(formOf({ file, fields: { key: 'sized' }, conditions }))

    expect(sent).toMatchObject({ status: 400, code })
    expect(await isStored('sized')).toMatchObject({ status: 404 })
  })

  it.each<[string, Form]>([
    ['its key is not the allowed one', { conditions: [{ key: 'other' }] }],
    ['its key begins wrongly', { conditions: [['starts-with', '$key', 'inbox/']] }],
    ['a field has no condition', { conditions: [{ key: 'refused' }], fields: { acl: 'public' } }],
    ['its time is over', { conditions: [{ key: 'refused' }], expiresMs: NOW }],
    ['its policy is for another bucket', { conditions: [{ key: 'refused' }, { bucket: 'b' }] }],
  ])('is refused when %s', async (_, form) => {
    const fields = { key: 'refused', ...form.fields }

    const sent = await post(formOf({ ...form, fields }))

    expect(sent).toMatchObject({ status: 403, code: 'AccessDenied' })
    expect(await isStored('refused')).toMatchObject({ status: 404 })
  })

  it('is refused when its policy was changed or omitted', async () => {
    const changed = formOf({ fields: { key: 'refused' }, conditions: [{ key: 'refused' }] })
    const policy = JSON.stringify({ expiration: new Date(NOW + 9e9).toISOString(), conditions: [] })
    changed.set('policy', Buffer.from(policy).toString('base64'))
    const without = formOf({ fields: { key: 'refused' }, conditions: [{ key: 'refused' }] })
    without.delete('policy')

    // `set` keeps a field's position, so the file is still the last.
    expect(await post(changed)).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' })
    expect(await post(without)).toMatchObject({ status: 403, code: 'AccessDenied' })
  })

  it('is refused for another region', async () => {
    const form = formOf({ region: 'us-east-1', fields: { key: 'a' }, conditions: [{ key: 'a' }] })

    expect(await post(form)).toMatchObject({
      status: 400,
      code: 'AuthorizationQueryParametersError',
    })
  })

  it('needs a key and a file', async () => {
    const keyless = formOf({})
    const fileless = formOf({ fields: { key: 'a' }, conditions: [{ key: 'a' }] })
    fileless.delete('file')

    expect(await post(keyless)).toMatchObject({ status: 400, code: 'InvalidArgument' })
    expect(await post(fileless)).toMatchObject({ status: 400, code: 'InvalidArgument' })
  })
})
