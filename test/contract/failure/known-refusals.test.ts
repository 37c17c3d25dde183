import { describe, expect, it } from 'vitest'
import { Failure } from '../../../electron/contract/failure/kinds.ts'
import {
  failureFromHttp,
  isDenied,
  type StoreRequest,
} from '../../../electron/contract/failure/s3-failure.ts'
import { withoutAnswer } from '../../fakes/without-answer.ts'
import { STORE_DOCUMENTS, type StoreDocument } from './store-documents.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const SENT: StoreRequest = {
  host: 's3.example.org',
  path: '/photos/a%20b!',
  bucket: 'photos',
  isLocal: false,
  action: 's3:PutObject',
}

/** The path that most of the documents are about. */
const pathOf = ({ xml }: StoreDocument) => (xml.includes('a%20b%21') ? SENT.path : '/photos/a b')

function read(document: StoreDocument, request: Partial<StoreRequest> = {}): Failure {
  const { status, xml: text, headers = { 'content-type': 'application/xml' } } = document
  const asked = { ...SENT, path: pathOf(document), ...request }
  return failureFromHttp({ status, headers, text }, asked, NOW)
}

describe('a refusal in a store’s own words', () => {
  it.each(STORE_DOCUMENTS)('is recognized: $from', (document) => {
    const failure = read(document)

    expect(withoutAnswer(failure)).toEqual(document.means)
    expect(Failure.safeParse(failure).success).toBe(true)
  })

  it.each(STORE_DOCUMENTS)('keeps the words: $from', (document) => {
    const failure = read(document)

    const code = /<Code>(.*?)<\/Code>/.exec(document.xml)?.[1] ?? ''
    expect(failure).toMatchObject({ answer: { status: document.status, code } })
    expect(JSON.stringify(failure)).not.toMatch(/X-Amz-Signature=|<html|<Code>/i)
  })
})

describe('a full disk', () => {
  const full = STORE_DOCUMENTS.filter(({ means }) => means.kind === 'store-full')

  it.each(full)('is this computer’s if Ferry itself serves the bucket: $from', (document) => {
    const failure = read(document, { isLocal: true })

    expect(withoutAnswer(failure)).toEqual({ kind: 'disk-full', where: 'local-bucket' })
  })
})

it('distinguishes a missing permission from an explicit denial, and both from other refusals', () => {
  const denied = STORE_DOCUMENTS.filter((document) => isDenied(read(document)))

  expect(new Set(denied.map(({ means }) => means.kind))).toEqual(
    new Set(['access-denied', 'explicitly-denied']),
  )
})

it('recognizes a virtual-hosted bucket in the request that the store received', () => {
  const canonical = '<CanonicalRequest>PUT\n/a\n\nhost:photos.s3.example.org\n</CanonicalRequest>'
  const xml = `<Error><Code>SignatureDoesNotMatch</Code>${canonical}</Error>`
  const answer = { status: 403, headers: {}, text: xml }

  const failure = failureFromHttp(answer, { ...SENT, path: null }, NOW)

  expect(failure.kind).toBe('credentials-rejected')
})
