import type { IncomingHttpHeaders } from 'node:http'
import type { StatusWord } from '../e2e/ferry-page.ts'

/*
 * The zoo: what real stores and proxies answer that no document of S3's promises, each as one entry.
 *
 * How to add one:
 * 1. Write an `Oddity` into the file of `oddities/` that its kind belongs to. `source` is where it
 *    was seen: an issue, a document, a line of the store's code.
 * 2. `act` makes the behaviour: it is called once per run, and what it answers gets each request
 *    for the oddity's own bucket. `store()` passes the request on to a real, strict local bucket,
 *    which checks the signature and keeps the bytes, and answers what that said; change it, say
 *    something else, answer without asking at all, or answer `CUT`. Requests of the page and of the
 *    host both come by here, and so do those by which Ferry finds out what a store checks (their key
 *    contains `.ferry-check`).
 * 3. Say how it ends. Unless `ends` says otherwise, both files are "Done", the objects are the
 *    files, and the page sends each file's bytes once.
 * 4. Name the file of entries in `all-oddities.ts`, if it is a new one.
 *
 * Each entry has a bucket and a destination of its own, and is given two files: `single` travels in
 * one PUT and `parts` in two parts of 5 and 1 MiB. All entries run at once in one window; waits
 * of the page are short, since chance is fixed there, and those of the host are a twentieth.
 */

/** S3's names of what is asked for. */
export type Operation =
  | 'Preflight'
  | 'PutObject'
  | 'UploadPart'
  | 'CreateMultipartUpload'
  | 'ListParts'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'HeadObject'
  | 'GetObject'
  | 'DeleteObject'
  | 'HeadBucket'
  | 'ListObjectsV2'
  | 'ListMultipartUploads'
  /** Another one about the bucket, or about an object. */
  | 'Other'

export interface ZooRequest {
  readonly operation: Operation
  /** Browsers name the page's origin. */
  readonly from: 'page' | 'host'
  readonly method: string
  /** Empty when the bucket itself is meant. */
  readonly key: string
  readonly partNumber: number | null
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** As announced. */
  readonly contentLength: number
}

export interface ZooAnswer {
  readonly status: number
  /** By lower-case name. `content-length` is set by itself, except in the answer to a HEAD. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** The connection is reset instead of an answer. */
export const CUT = 'cut'

export type Act = (
  request: ZooRequest,
  store: () => Promise<ZooAnswer>,
) => ZooAnswer | typeof CUT | Promise<ZooAnswer | typeof CUT>

export type ZooFile = 'single' | 'parts'

export interface Ending {
  readonly status: StatusWord
  /** Fits what the row says in the end. */
  readonly says: RegExp
  /** What the bucket has in the end; `any`: not looked at. */
  readonly object: 'the file' | 'nothing' | 'any'
  /** The page sends at most so many times the file's bytes. */
  readonly timesSent: number
}

export interface Oddity {
  /** A sentence that begins with the store or proxy: "Wasabi dates its promise to abort in ISO 8601". */
  readonly title: string
  readonly source: string
  readonly act: () => Act
  readonly ends?: Partial<Ending>
  /** Those that it is tried with; both, unless it says otherwise. */
  readonly files?: readonly ZooFile[]
}

const DONE: Ending = { status: 'Done', says: /^/, object: 'the file', timesSent: 1 }

export function endingOf({ ends }: Oddity): Ending {
  return { ...DONE, ...ends }
}

/** For what is said in place of the store's own answer. Lets pages read it, unless told otherwise. */
export function answer(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): ZooAnswer {
  const readable = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'ETag' }
  return { status, headers: { ...readable, ...headers }, body: Buffer.from(body) }
}

/** S3's way of saying no. */
export function refusal(status: number, code: string, message = 'No.'): ZooAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`
  return answer(status, body, { 'content-type': 'application/xml' })
}

/** With some headers as other ones; null takes one away. */
export function withHeaders(
  given: ZooAnswer,
  changes: Readonly<Record<string, string | null>>,
): ZooAnswer {
  const all = Object.entries({ ...given.headers, ...changes })
  const headers = Object.fromEntries(
    all.filter((each): each is [string, string] => each[1] !== null),
  )
  return { ...given, headers }
}

/** With the body as another text; an empty one, as that of a HEAD, stays empty. */
export function withText(given: ZooAnswer, change: (text: string) => string): ZooAnswer {
  const text = given.body.toString()
  return text === '' ? given : { ...given, body: Buffer.from(change(text)) }
}

/** Changes only what is answered to these. */
export function onlyOf(
  operations: readonly Operation[],
  change: (given: ZooAnswer, request: ZooRequest) => ZooAnswer,
): Act {
  return async (request, store) => {
    const given = await store()
    return operations.includes(request.operation) ? change(given, request) : given
  }
}
