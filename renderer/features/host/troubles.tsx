import { useState } from 'react'
import type { HostTrouble } from '../../../electron/contract/commands.ts'
import { unreachable } from '../../../electron/contract/unreachable.ts'
import { Button } from '../../design/button.tsx'
import { Notice } from '../../design/notice.tsx'
import { failureText } from '../failure-text.ts'
import { clockDifference } from '../failure-words/clock-difference.ts'
import { useSession } from '../services/services.tsx'
import { useOpenFolder } from '../services/use-open-folder.ts'

/** What the host met when it started, once each. */
export function Troubles() {
  const { host } = useSession()
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set())
  const shown = host.troubles
    .map((trouble) => ({ trouble, key: JSON.stringify(trouble) }))
    .filter(({ key }) => !dismissed.has(key))
  return shown.map(({ trouble, key }) => (
    <TroubleNotice
      key={key}
      trouble={trouble}
      onDismiss={() => setDismissed(new Set([...dismissed, key]))}
    />
  ))
}

function TroubleNotice({
  trouble,
  onDismiss,
}: {
  readonly trouble: HostTrouble
  readonly onDismiss: () => void
}) {
  const openFolder = useOpenFolder()
  // What the store said of the time was true when it came, not when this is drawn again.
  const [seenAtMs] = useState(Date.now)
  const { title, detail, folder } = troubleText(trouble, seenAtMs)
  return (
    <Notice
      tone="warn"
      role="status"
      title={title}
      onDismiss={onDismiss}
      action={folder !== null && <Button onClick={() => openFolder(folder)}>Open folder</Button>}
    >
      <p>{detail}</p>
    </Notice>
  )
}

interface TroubleText {
  readonly title: string
  readonly detail: string
  readonly folder: 'data' | null
}

function troubleText(trouble: HostTrouble, nowMs: number): TroubleText {
  switch (trouble.kind) {
    case 'file-set-aside':
      return {
        title: `${SET_ASIDE[trouble.what].what} could not be read, so Ferry began a new file.`,
        detail: `${SET_ASIDE[trouble.what].lost} The old file is kept as ${trouble.movedTo}.`,
        folder: 'data',
      }
    case 'clock-off':
      return {
        title: clockDifference(trouble.storeTimeMs, nowMs),
        detail:
          'Set this computer’s date and time. Uploads go on meanwhile, by the store’s clock; links may show the wrong end until then.',
        folder: null,
      }
    case 'local-bucket-moved':
      return {
        title: 'The bucket on this computer has a new address.',
        detail:
          'Another program uses the old one, so links made before have died. Make new ones in the list.',
        folder: null,
      }
    case 'local-bucket-stopped': {
      const { problem, wayOut } = failureText(trouble.failure)
      return { title: problem, detail: wayOut, folder: 'data' }
    }
    default:
      return unreachable(trouble)
  }
}

type SetAside = Extract<HostTrouble, { kind: 'file-set-aside' }>['what']

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
