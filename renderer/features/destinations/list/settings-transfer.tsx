import './settings-transfer.css'
import { useState } from 'react'
import type { CommandOutput } from '../../../../electron/contract/commands.ts'
import { plainName } from '../../../../electron/contract/plain-text.ts'
import { useServices } from '../../../app/services.tsx'
import { Button } from '../../../design/button.tsx'
import { Dialog } from '../../../design/dialog.tsx'
import { formatCount } from '../../../design/format.ts'
import { openChooser } from '../../../design/open-chooser.ts'
import { useToasts } from '../../../design/toasts.tsx'
import { failureSentence } from '../../../failures/failure-text.ts'
import { partlyReadText } from '../../../failures/unread-settings.ts'

export interface SettingsTransfer {
  readonly exportSettings: () => Promise<void>
  readonly chooseFile: () => void
  /** A file whose destinations the user has not confirmed yet. */
  readonly pendingImport: PendingImport | null
  readonly decide: (isAdded: boolean) => void
}

interface PendingImport {
  readonly text: string
  readonly previews: readonly DestinationPreview[]
}

/** Exports and imports destinations, without their secrets, as a file. */
export function useSettingsTransfer(): SettingsTransfer {
  const { commands, appState } = useServices()
  const { say } = useToasts()
  const [pendingImport, setWaiting] = useState<PendingImport | null>(null)
  const openFile = async (file: File) => {
    if (file.size > MAX_BYTES) return say(NO_SETTINGS)
    const text = await file.text()
    const previews = previewsIn(text)
    // The host explains why the file contains nothing.
    if (previews.length === 0) await importText(text)
    else setWaiting({ text, previews })
  }
  const importText = async (text: string) => {
    const answer = await commands.importSettings({ text })
    if (answer.ok) {
      await appState.refresh()
      say(addedText(answer.value), restText(answer.value) || undefined)
    } else
      say(answer.failure.kind === 'form-invalid' ? NO_SETTINGS : failureSentence(answer.failure))
  }
  return {
    async exportSettings() {
      const answer = await commands.exportSettings({})
      if (!answer.ok) return say(failureSentence(answer.failure))
      download(answer.value)
      say('The settings were saved to a file.', 'It contains no keys or passwords.')
    },
    chooseFile: () => openChooser((file) => void openFile(file), 'application/json,.json'),
    pendingImport,
    decide(isAdded) {
      setWaiting(null)
      if (isAdded && pendingImport !== null) void importText(pendingImport.text)
    },
  }
}

/** The command's limit in characters; each has at least one byte. */
const MAX_BYTES = 1_000_000
const NO_SETTINGS = 'This is not a Ferry settings file.'

function download({ fileName, text }: CommandOutput<'exportSettings'>): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  // The browser reads it later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

function addedText({ addedCount, knownCount }: CommandOutput<'importSettings'>): string {
  if (addedCount > 0) {
    return `${formatCount(addedCount, 'destination was', 'destinations were')} added.`
  }
  return knownCount > 0 ? 'You already have all of them.' : 'Nothing was added.'
}

function restText({
  addedCount,
  knownCount,
  unreadableCount,
  partlyRead,
  fileVersion,
}: CommandOutput<'importSettings'>): string {
  const known = addedCount > 0 && knownCount > 0
  return [
    ...(addedCount > 0 ? ['The file contains no keys; enter or choose them for each.'] : []),
    ...(known ? [`${formatCount(knownCount, 'was', 'were')} already here.`] : []),
    ...(unreadableCount > 0
      ? [`${formatCount(unreadableCount, 'entry', 'entries')} could not be read.`]
      : []),
    ...(partlyRead.length > 0 ? [partlyReadText(partlyRead)] : []),
    ...(fileVersion === 'newer' && addedCount > 0
      ? ['A newer version of Ferry wrote the file: check the rules before you upload.']
      : []),
  ].join(' ')
}

interface DestinationPreview {
  readonly name: string
  /** Includes a port. */
  readonly host: string
}

/** The host refuses more. */
const MAX_PREVIEWS = 100

/**
 * The destinations in a settings file, for the user to confirm. Empty for any other file; the host
 * then explains what is wrong.
 */
function previewsIn(text: string): readonly DestinationPreview[] {
  const entries = entriesIn(text)
  return entries.slice(0, MAX_PREVIEWS).flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null) return []
    const { name, bucket, endpoint } = entry as Readonly<Record<string, unknown>>
    const url = typeof endpoint === 'string' ? URL.parse(endpoint) : null
    if (url === null) return []
    const named = [name, bucket].map((each) => (typeof each === 'string' ? plainName(each) : ''))
    return [{ name: named.find((each) => each !== '') ?? '', host: plainName(url.host, 300) }]
  })
}

function entriesIn(text: string): readonly unknown[] {
  try {
    const { destinations } = JSON.parse(text)
    return Array.isArray(destinations) ? destinations : []
  } catch {
    return []
  }
}

/** Asks the user to confirm the names and hosts in a settings file. */
export function ImportDialog({
  carry: { pendingImport, decide },
}: {
  readonly carry: SettingsTransfer
}) {
  if (pendingImport === null) return null
  return (
    <Dialog
      isOpen
      onClose={() => decide(false)}
      title="Add these destinations?"
      description="The file contains no keys: you enter or choose them for each. It decides where your files go, so check the hosts if it came from someone else."
      footer={
        <>
          <Button onClick={() => decide(false)}>Cancel</Button>
          <Button tone="primary" onClick={() => decide(true)}>
            Add them
          </Button>
        </>
      }
    >
      <ul className="import-places" aria-label="Destinations in the file">
        {pendingImport.previews.map(({ name, host }, index) => (
          // The list never changes.
          // biome-ignore lint/suspicious/noArrayIndexKey: two entries may say the same
          <li key={index}>
            <bdi>{name}</bdi> → <bdi>{host}</bdi>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
