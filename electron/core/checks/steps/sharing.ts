import { createHmac, randomBytes } from 'node:crypto'
import { S3_LIMITS } from '../../../contract/limits.ts'
import { type Outcome, succeeded } from '../../../contract/outcome.ts'
import type { Store } from '../../destinations/open-store.ts'
import type { Keys } from '../../s3/access-keys.ts'
import { bucketUrl } from '../../s3/bucket-url.ts'
import { failureOfAnswer, isSuccess, type PageAnswer, sendAsPage } from '../page-request.ts'
import { PROBE_BODY, PROBE_TYPE } from '../probe-object.ts'
import {
  type CheckContext,
  passed,
  type StepCheck,
  type StepResult,
  unknown,
  warned,
} from '../step.ts'

/**
 * Tests what anybody can see without a key: the object that was just written, and the list of
 * names.
 */
export const checkPublicAccess: StepCheck = async (trial) => {
  const missing = await trial.object.ensure(trial.writing)
  const read = missing === null ? await askWithoutKeys(trial, objectUrl(trial)) : null
  const list = await askWithoutKeys(trial, listUrl(trial))
  const canRead = read?.ok === true && shows(read.value, PROBE_BODY.toString())
  const canList = list.ok && shows(list.value, '<ListBucketResult')
  const finding = { kind: 'public-access', canRead, canList } as const
  if (canRead || canList) return warned(finding)
  if (missing !== null) return unknown(missing)
  const unanswered = [read, list].find((each) => each?.ok === false)
  return unanswered?.ok === false ? unknown(unanswered.failure) : passed(finding)
}

function shows(answer: PageAnswer, text: string): boolean {
  return isSuccess(answer) && answer.text.includes(text)
}

function askWithoutKeys({ store, reading }: CheckContext, url: URL): Promise<Outcome<PageAnswer>> {
  return sendAsPage(store, { method: 'GET', url, signal: reading })
}

function objectUrl({ store, object }: CheckContext): URL {
  const url = bucketUrl(store.destination)
  const path = object.key.split('/').map(encodeURIComponent).join('/')
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`
  return url
}

function listUrl({ store }: CheckContext): URL {
  const url = bucketUrl(store.destination)
  url.searchParams.set('list-type', '2')
  url.searchParams.set('max-keys', '1')
  return url
}

const { maxLinkSeconds } = S3_LIMITS

/**
 * A link expires with the keys that signed it, by the store's clock, even if it names a later time.
 */
export async function checkLinkLife({
  store,
}: {
  readonly store: Pick<Store, 'keys' | 'clock'>
}): Promise<StepResult> {
  const keys = await store.keys.current()
  if (!keys.ok) return unknown(keys.failure)
  const { sessionToken, expiresAtMs } = keys.value
  const left = expiresAtMs === null ? null : Math.floor((expiresAtMs - store.clock.nowMs()) / 1000)
  if (left !== null && left < maxLinkSeconds) {
    return warned({ kind: 'link-life', maxSeconds: Math.max(0, left), endsWith: 'session' })
  }
  if (left !== null || sessionToken === '') {
    return passed({ kind: 'link-life', maxSeconds: maxLinkSeconds, endsWith: 'signature' })
  }
  return warned({ kind: 'link-life', maxSeconds: maxLinkSeconds, endsWith: 'session-unknown' })
}

const LIFE_MS = 5 * 60_000

/** Forms let people without keys send a file, but none longer than allowed. */
export const checkPostForms: StepCheck = async (trial) => {
  // First the form that must be refused, which writes nothing.
  const tooLong = await isTaken(trial, Buffer.concat([PROBE_BODY, PROBE_BODY]))
  if (!tooLong.ok) return unknown(tooLong.failure)
  if (tooLong.value) return warned({ kind: 'post-forms', isTaken: false })
  const fitting = await isTaken(trial, PROBE_BODY)
  if (!fitting.ok) return unknown(fitting.failure)
  const finding = { kind: 'post-forms', isTaken: fitting.value } as const
  return finding.isTaken ? passed(finding) : warned(finding)
}

async function isTaken(
  { object, store, writing }: CheckContext,
  file: Buffer,
): Promise<Outcome<boolean>> {
  const keys = await store.keys.current()
  if (!keys.ok) return keys
  const { bucket, region } = store.destination
  const fields = signedForm(
    {
      ...{ bucket, region, key: object.key, contentType: PROBE_TYPE },
      ...{ maxBytes: PROBE_BODY.length, nowMs: store.clock.nowMs(), lifeMs: LIFE_MS },
    },
    keys.value,
  )
  const sent = {
    method: 'POST',
    url: bucketUrl(store.destination),
    ...formBody(fields, file),
  } as const
  const answer = await sendAsPage(store, { ...sent, signal: writing })
  if (!answer.ok) return answer
  if (isSuccess(answer.value)) {
    object.noteWritten(answer.value.headers['x-amz-version-id'])
    return succeeded(true)
  }
  const failure = failureOfAnswer(store, answer.value)
  const isIll = failure.kind === 'server-error' || failure.kind === 'throttled'
  return isIll ? { ok: false, failure } : succeeded(false)
}

interface FormToSign {
  readonly bucket: string
  readonly region: string
  readonly key: string
  readonly contentType: string
  /** The file has at least one byte, and at most this many. */
  readonly maxBytes: number
  readonly nowMs: number
  readonly lifeMs: number
}

/**
 * The fields of a form with which a browser may put one file under one key, and nothing else.
 *
 * docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
 */
function signedForm(form: FormToSign, keys: Keys): Readonly<Record<string, string>> {
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

/** As browsers send it: the file comes last, since stores ignore fields after it (RFC 7578). */
function formBody(fields: Readonly<Record<string, string>>, file: Buffer) {
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
