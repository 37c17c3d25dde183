import * as z from 'zod/mini'
import { UploadId } from '../ids.ts'
import { LinkSeconds } from './destinations.ts'
import { command } from './row.ts'

const epochMs = z.number().check(z.gte(0))

export const ShareLink = z.strictObject({
  /** A presigned GET. A bearer secret: never log it, never store it in the page. */
  url: z.string().check(z.maxLength(20_000)),
  createdAtMs: epochMs,
  expiresAtMs: epochMs,
})
export type ShareLink = z.infer<typeof ShareLink>

export const linkCommands = {
  /** Null `linkSeconds`: the destination's own. */
  createShareLink: command(
    z.strictObject({ uploadId: UploadId, linkSeconds: z.nullable(LinkSeconds) }),
    ShareLink,
  ),
  /** Copies the upload's link to the clipboard if the host can; otherwise the page must. */
  copyShareLink: command(
    z.strictObject({ uploadId: UploadId }),
    z.strictObject({ isCopied: z.boolean() }),
  ),
} as const
