import type { AnswerHeaders } from '../../../electron/contract/failure/store-answer.ts'

export interface PutOrder {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Crosses as a reference: its bytes stay where they are. */
  readonly body: Blob
}

/** What the store said, as far as CORS shows it. */
export interface PutAnswer {
  readonly status: number
  /** Of whoever answered: another one than was asked, if the browser followed a redirect. */
  readonly origin: string
  readonly headers: AnswerHeaders
  /** The beginning of the answer's body. */
  readonly text: string
}

/** How a PUT ended. */
export type PutEnd =
  | { readonly type: 'answered'; readonly answer: PutAnswer }
  /** No answer that the browser would show. */
  | { readonly type: 'silent' }
  /** The worker's own policy let it go no further: at once, or where a redirect led. */
  | { readonly type: 'blocked'; readonly isRedirect: boolean }
  /** The worker does not send such a thing; `reason` names no value of it. */
  | { readonly type: 'refused'; readonly reason: string }

export type ToPutWorker =
  | { readonly type: 'put'; readonly jobId: number; readonly order: PutOrder }
  /** No more is heard of it. */
  | { readonly type: 'abort'; readonly jobId: number }

export type FromPutWorker =
  /** Its script has been loaded. */
  | { readonly type: 'started' }
  | { readonly type: 'sent'; readonly jobId: number; readonly sentBytes: number }
  | { readonly type: 'ended'; readonly jobId: number; readonly end: PutEnd }
