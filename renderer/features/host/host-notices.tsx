import { useState } from 'react'
import type { HostNotice } from '../../../electron/contract/commands/host.ts'
import type { DestinationId } from '../../../electron/contract/ids.ts'
import { unreachable } from '../../../electron/lib/unreachable.ts'
import { useOpenFolder } from '../../app/host-hooks.ts'
import { useAppState } from '../../app/services.tsx'
import { Button } from '../../design/button.tsx'
import { Notice } from '../../design/notice.tsx'
import { failureText } from '../../failures/failure-text.ts'
import { clockDifference } from '../../failures/network-words.ts'
import { unreadText } from '../../failures/unread-settings.ts'

/** Opens a dialog about a destination. */
type OnOpen = (name: 'rules' | 'check', destinationId: DestinationId) => void

/** Problems that the host found when it started or while it runs, each once. */
export function HostNotices({ onOpen }: { readonly onOpen: OnOpen }) {
  const { host } = useAppState()
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set())
  const shown = host.troubles
    .filter(isShown)
    .map((trouble) => ({ trouble, key: JSON.stringify(trouble) }))
    .filter(({ key }) => !dismissed.has(key))
  return shown.map(({ trouble, key }) => (
    <HostNoticePanel
      key={key}
      trouble={trouble}
      onOpen={onOpen}
      onDismiss={() => setDismissed(new Set([...dismissed, key]))}
    />
  ))
}

/** A pending confirmation is shown where the user waits for it: `host-status.tsx`. */
type ShownNotice = Exclude<HostNotice, { kind: 'asked-outside' }>

function isShown(trouble: HostNotice): trouble is ShownNotice {
  return trouble.kind !== 'asked-outside'
}

function HostNoticePanel({
  trouble,
  onOpen,
  onDismiss,
}: {
  readonly trouble: ShownNotice
  readonly onOpen: OnOpen
  readonly onDismiss: () => void
}) {
  const openFolder = useOpenFolder()
  // The store's time was right when the notice came, not when this renders again.
  const [seenAtMs] = useState(Date.now)
  const { title, detail, action } = noticeText(trouble, seenAtMs)
  return (
    <Notice
      tone="warn"
      role="status"
      title={title}
      onDismiss={onDismiss}
      action={
        action !== null && (
          <Button
            onClick={() =>
              'folder' in action
                ? openFolder(action.folder)
                : onOpen(action.to, action.destinationId)
            }
          >
            {ACTION_LABELS[action.to]}
          </Button>
        )
      }
    >
      <p>{detail}</p>
    </Notice>
  )
}

interface NoticeText {
  readonly title: string
  readonly detail: string
  readonly action: NoticeAction | null
}

/** The notice's button opens one of Ferry's folders, or a dialog about a destination. */
type NoticeAction =
  | { readonly to: 'folder'; readonly folder: 'data' | 'logs' }
  | { readonly to: 'rules' | 'check'; readonly destinationId: DestinationId }

const ACTION_LABELS: Record<NoticeAction['to'], string> = {
  folder: 'Open folder',
  rules: 'Open its rules',
  check: 'Check connection',
}

function noticeText(trouble: ShownNotice, nowMs: number): NoticeText {
  switch (trouble.kind) {
    case 'file-set-aside':
      return {
        title: `${SET_ASIDE[trouble.what].what} could not be read, so Ferry started a new one.`,
        detail: `${SET_ASIDE[trouble.what].lost} The old file is kept as ${trouble.movedTo}.`,
        action: { to: 'folder', folder: 'data' },
      }
    case 'file-held':
      return {
        title: `Ferry cannot write ${trouble.name} in its data folder.`,
        detail:
          'Another program may have it open. Your changes apply, and Ferry tries to save them every 30 seconds; if Ferry stops before that, the last changes are lost.',
        action: { to: 'folder', folder: 'data' },
      }
    case 'folder-open':
      return {
        title: 'Other users of this computer can open Ferry’s data folder.',
        detail: `${FOLDER_OPEN_REASONS[trouble.why]} It contains your list of uploads with their links, so Ferry stores no unencrypted keys there. To keep the list private, start Ferry with --data-dir and a folder that only you can open. The folder is ${trouble.folder}.`,
        action: { to: 'folder', folder: 'data' },
      }
    case 'folder-on-network':
      return {
        title: 'Ferry’s data folder is on a network drive.',
        detail: `If the network fails, Ferry cannot record what it has sent. A folder on this computer is safer: start Ferry with --data-dir. The folder is ${trouble.folder}.`,
        action: null,
      }
    case 'older-folder':
      return {
        title: 'The desktop app keeps your earlier data.',
        detail: `Both windows used the same folder, ${trouble.folder}, and could not read each other’s keys. This one now has its own. Your buckets are in the desktop app, which can export them as a file.`,
        action: null,
      }
    case 'clock-off':
      return {
        title: clockDifference(trouble.storeTimeMs, nowMs),
        detail:
          'Set this computer’s date and time. Uploads continue with the store’s time; until then, links may show a wrong expiry time.',
        action: null,
      }
    case 'local-bucket-moved':
      return {
        title: 'The bucket on this computer has a new address.',
        detail:
          'Another program uses the old one, so earlier links no longer work. Make new ones in the list.',
        action: null,
      }
    case 'local-bucket-stopped': {
      const { problem, wayOut } = failureText(trouble.failure)
      return { title: problem, detail: wayOut, action: { to: 'folder', folder: 'data' } }
    }
    case 'secret-store-locked':
      return {
        title: 'The key store of this computer is locked.',
        detail:
          'Unlock it and start Ferry again. Keys that you enter before that are kept only while Ferry runs.',
        action: null,
      }
    case 'unexpected-error':
      return {
        title: 'Something unexpected happened inside Ferry.',
        detail: `Uploads continue. If something stops responding, start Ferry again; nothing is lost. The log describes it under ${trouble.reference}.`,
        action: { to: 'folder', folder: 'logs' },
      }
    case 'rules-unread':
      return { ...unreadText(trouble), action: actionTo('rules', trouble) }
    case 'findings-unread':
      return { ...unreadText(trouble), action: actionTo('check', trouble) }
    case 'destinations-unread':
      return { ...unreadText(trouble), action: { to: 'folder', folder: 'data' } }
    case 'destination-unread':
    case 'settings-newer':
    case 'default-unread':
      return { ...unreadText(trouble), action: null }
    default:
      return unreachable(trouble)
  }
}

const FOLDER_OPEN_REASONS: Record<Extract<HostNotice, { kind: 'folder-open' }>['why'], string> = {
  disk: 'Its disk does not support permissions.',
  'access-list': 'Windows grants them access, and Ferry could not change that.',
}

function actionTo(
  to: 'rules' | 'check',
  about: { readonly destinationId: DestinationId },
): NoticeAction {
  return { to, destinationId: about.destinationId }
}

type SetAside = Extract<HostNotice, { kind: 'file-set-aside' }>['what']

const SET_ASIDE: Record<SetAside, { readonly what: string; readonly lost: string }> = {
  settings: {
    what: 'The settings file',
    lost: 'Connect your buckets again; uploads and links are still there.',
  },
  records: {
    what: 'The list of uploads',
    lost: 'Your buckets and the files in them are untouched; drop unfinished files again.',
  },
  secrets: {
    what: 'The file with the keys',
    lost: 'Enter the keys of your buckets again; nothing else is lost.',
  },
  'local-bucket': {
    what: 'The index of the bucket on this computer',
    lost: 'The files themselves are still in their folder.',
  },
}
