import type { IncomingHttpHeaders } from 'node:http'
import type { StatusWord } from '../e2e/ferry-page.ts'

/*
 * The zoo: responses of real stores and proxies that no S3 documentation promises, each as one
 * entry.
 *
 * How to add one:
 * 1. Write an `Oddity` into the file of `oddities/` for its category. `source` says where it was
 *    seen: an issue, a document, a line of the store's code.
 * 2. `act` implements the behaviour: it is called once per run, and the function that it returns
 *    gets each request for the oddity's own bucket. `store()` passes the request on to a real,
 *    strict local bucket, which checks the signature and stores the bytes, and returns its answer;
 *    change it, answer something else, answer without calling it at all, or answer `CUT`. It gets
 *    the requests of both page and host, including Ferry's integrity probe (with `.ferry-check` in
 *    the key).
 * 3. Say how it ends. Unless `ends` says otherwise, both files are "Done", the objects are the
 *    files, and the page sends each file's bytes once.
 * 4. Add the file of entries to `all-oddities.ts` if it is new.
 *
 * Each entry has a bucket and a destination of its own, and gets two files: `single` is uploaded
 * with one PUT and `parts` in two parts of 5 and 1 MiB. All entries run at once in one window; the
 * page's waits are short because its randomness is fixed, and the host's waits take a twentieth of
 * their time.
 */

/** The S3 operation that is requested. */
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
  /** Another operation on the bucket or on an object. */
  | 'Other'

export interface ZooRequest {
  readonly operation: Operation
  /** Recognised by the `Origin` header that browsers send. */
  readonly from: 'page' | 'host'
  readonly method: string
  /** Empty for the bucket itself. */
  readonly key: string
  readonly partNumber: number | null
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** As announced by Content-Length. */
  readonly contentLength: number
}

export interface ZooAnswer {
  readonly status: number
  /**
   * Keyed by lower-case name. `content-length` is set automatically, except in the answer to a
   * HEAD.
   */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Resets the connection instead of answering. */
export const CUT = 'cut'

export type Act = (
  request: ZooRequest,
  store: () => Promise<ZooAnswer>,
) => ZooAnswer | typeof CUT | Promise<ZooAnswer | typeof CUT>

export type ZooFile = 'single' | 'parts'

export interface Ending {
  readonly status: StatusWord
  /** Matches the row's final text. */
  readonly says: RegExp
  /** The bucket's final content; `any` is not checked. */
  readonly object: 'the file' | 'nothing' | 'any'
  /** The most times that the page may send the file's bytes. */
  readonly timesSent: number
}

export interface Oddity {
  /**
   * A sentence that starts with the store or proxy: "Wasabi dates its promise to abort in ISO
   * 8601".
   */
  readonly title: string
  readonly source: string
  readonly act: () => Act
  readonly ends?: Partial<Ending>
  /** The files that it is tried with; both by default. */
  readonly files?: readonly ZooFile[]
}

const DONE: Ending = { status: 'Done', says: /^/, object: 'the file', timesSent: 1 }

export function endingOf({ ends }: Oddity): Ending {
  return { ...DONE, ...ends }
}

/** An answer in place of the store's own. Pages may read it unless the headers say otherwise. */
export function answer(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): ZooAnswer {
  const readable = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'ETag' }
  return { status, headers: { ...readable, ...headers }, body: Buffer.from(body) }
}

/** An S3 error response. */
export function refusal(status: number, code: string, message = 'No.'): ZooAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`
  return answer(status, body, { 'content-type': 'application/xml' })
}

/** Replaces some headers; null removes one. */
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

/** Changes the body's text; an empty body, as of a HEAD, stays empty. */
export function withText(given: ZooAnswer, change: (text: string) => string): ZooAnswer {
  const text = given.body.toString()
  return text === '' ? given : { ...given, body: Buffer.from(change(text)) }
}

/** Changes only the answers to these operations. */
export function onlyOf(
  operations: readonly Operation[],
  change: (given: ZooAnswer, request: ZooRequest) => ZooAnswer,
): Act {
  return async (request, store) => {
    const given = await store()
    return operations.includes(request.operation) ? change(given, request) : given
  }
}
