import * as z from 'zod/mini'

/** A release that is newer than this Ferry. */
export const NewerRelease = z.strictObject({
  version: z.string().check(z.maxLength(40)),
  /** Says what is new, and has the files to download. */
  pageUrl: z.string().check(z.maxLength(500)),
  /** False: the user has to get it from the page. */
  canInstall: z.boolean(),
  /** The user said "not now" to this version. */
  isHidden: z.boolean(),
})
export type NewerRelease = z.infer<typeof NewerRelease>

export const UpdateState = z.strictObject({
  /** `unasked`: nobody is asked for releases until the user has agreed. */
  checks: z.enum(['unasked', 'daily', 'off']),
  newer: z.nullable(NewerRelease),
  step: z.enum(['idle', 'downloading', 'failed']),
})
export type UpdateState = z.infer<typeof UpdateState>
