import * as z from 'zod/mini'
import { CheckId, CheckLine } from './commands/checks.ts'
import { DestinationList } from './commands/destinations.ts'
import { HostNotice, UpdateState } from './commands/host.ts'
import { UploadRecord } from './commands/uploads.ts'

/** Items of the desktop's menu that only the page can handle. */
export const MenuItemName = z.enum(['add-files', 'add-folder', 'new-destination', 'settings'])
export type MenuItemName = z.infer<typeof MenuItemName>

/** Everything that the host reports by itself: snapshots, never instructions. */
export const notices = {
  /** The host changed these records by itself. */
  uploadsChanged: z.strictObject({ uploads: z.array(UploadRecord) }),
  destinationsChanged: DestinationList,
  checkProgressed: z.strictObject({ checkId: CheckId, line: CheckLine }),
  troublesChanged: z.strictObject({ troubles: z.array(HostNotice) }),
  /** Files were given to the app itself: by the command line, "Open with" or the dock. */
  filesGiven: z.strictObject({ waitingCount: z.int().check(z.gte(0)) }),
  /** The computer is about to sleep, or woke up. Only a desktop host knows. */
  powerChanged: z.strictObject({ isAsleep: z.boolean() }),
  /** The system did not open a link that the user chose. Only a desktop host opens links. */
  linkNotOpened: z.strictObject({
    reason: z.enum(['too-long', 'refused']),
    /** It was copied to the clipboard instead. */
    isCopied: z.boolean(),
  }),
  menuChosen: z.strictObject({ item: MenuItemName }),
  /** Sent when the menu was used; the page's own button gets the command's answer. */
  diagnosticsCopied: z.strictObject({ isCopied: z.boolean() }),
  updatesChanged: UpdateState,
} as const

type Notices = typeof notices
export type NoticeName = keyof Notices
export type NoticePayload<N extends NoticeName> = z.infer<Notices[N]>
