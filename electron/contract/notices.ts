import * as z from 'zod/mini'
import { CheckId, CheckLine } from './commands/checks.ts'
import { DestinationList } from './commands/destinations.ts'
import { HostNotice, UpdateState } from './commands/host.ts'
import { UploadRecord } from './commands/uploads.ts'

/** Items of the desktop's menu that only the page can perform. */
export const MenuItemName = z.enum(['add-files', 'add-folder', 'new-destination', 'settings'])
export type MenuItemName = z.infer<typeof MenuItemName>

/** Everything the host says unasked: snapshots, never instructions. */
export const notices = {
  /** Records that the host changed by itself. */
  uploadsChanged: z.strictObject({ uploads: z.array(UploadRecord) }),
  destinationsChanged: DestinationList,
  checkProgressed: z.strictObject({ checkId: CheckId, line: CheckLine }),
  troublesChanged: z.strictObject({ troubles: z.array(HostNotice) }),
  /** Files were given to the app itself: by the command line, "Open with" or the dock. */
  filesGiven: z.strictObject({ waitingCount: z.int().check(z.gte(0)) }),
  /** The computer is about to sleep, or woke up. Only a desktop host knows. */
  powerChanged: z.strictObject({ isAsleep: z.boolean() }),
  /** A link that the user opened, and that the system did not. Only a desktop host opens links. */
  linkNotOpened: z.strictObject({
    reason: z.enum(['too-long', 'refused']),
    /** It is on the clipboard instead. */
    isCopied: z.boolean(),
  }),
  menuChosen: z.strictObject({ item: MenuItemName }),
  /** From the menu; the page's own button has the command's answer. */
  diagnosticsCopied: z.strictObject({ isCopied: z.boolean() }),
  updatesChanged: UpdateState,
} as const

export type Notices = typeof notices
export type NoticeName = keyof Notices
export type NoticePayload<N extends NoticeName> = z.infer<Notices[N]>
