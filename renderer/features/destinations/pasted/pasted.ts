import type { DestinationDraft } from '../../../../electron/contract/destination-draft.ts'

/** The form's fields that a pasted text can fill. */
export type PastedFields = Partial<Omit<DestinationDraft, 'destinationId' | 'keepSecret'>>

/** What the text was, so that the form can say what it did with it. */
export type PastedKind =
  | 'endpoint'
  | 'bucket-url'
  | 'arn'
  | 'console-page'
  | 'presigned-url'
  | 'bookmark'
  | 'keys'
  | 'settings'

/** What the text names that Ferry cannot upload to. */
export type Unsupported =
  | 'access-point'
  | 'directory-bucket'
  | 'outpost'
  | 'object-lambda'
  | 'not-s3'
  /** It names a bucket's public address; the account's own is not in it. */
  | 'public-address'

/** What was understood of a pasted text. A secret is only in `fields`, and only if it was pasted. */
export interface Pasted {
  readonly what: PastedKind
  readonly fields: PastedFields
  readonly unsupported: Unsupported | null
}
