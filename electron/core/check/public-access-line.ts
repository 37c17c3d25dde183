import type { Outcome } from '../../contract/outcome.ts'
import { bucketUrl } from '../s3/bucket-url.ts'
import { passed, unknown, warned } from './line.ts'
import { PROBE_BODY } from './probe-object.ts'
import { isGood, type PageAnswer, sendAsPage } from './send-as-page.ts'
import type { Step, Trial } from './trial.ts'

/** What somebody without any key gets to see: the object of a moment ago, and the list of names. */
export const publicAccessLine: Step = async (trial) => {
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
  return isGood(answer) && answer.text.includes(text)
}

function askWithoutKeys({ store, reading }: Trial, url: URL): Promise<Outcome<PageAnswer>> {
  return sendAsPage(store, { method: 'GET', url, signal: reading })
}

function objectUrl({ store, object }: Trial): URL {
  const url = bucketUrl(store.destination)
  const path = object.key.split('/').map(encodeURIComponent).join('/')
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`
  return url
}

function listUrl({ store }: Trial): URL {
  const url = bucketUrl(store.destination)
  url.searchParams.set('list-type', '2')
  url.searchParams.set('max-keys', '1')
  return url
}
