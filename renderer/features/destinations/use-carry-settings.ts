import { useState } from 'react'
import type { CommandOutput } from '../../../electron/contract/commands.ts'
import { formatCount } from '../../design/format.ts'
import { openChooser } from '../../design/open-chooser.ts'
import { useToasts } from '../../design/toasts.tsx'
import { failureSentence } from '../../failures/failure-text.ts'
import { partlyReadText } from '../../failures/unread-settings.ts'
import { useServices } from '../services/services.tsx'
import { type DestinationPreview, previewsIn } from './settings-preview.ts'

export interface SettingsTransfer {
  readonly exportSettings: () => Promise<void>
  readonly chooseFile: () => void
  /** A file that waits until somebody has looked at what it adds. */
  readonly pendingImport: PendingImport | null
  readonly decide: (isAdded: boolean) => void
}

interface PendingImport {
  readonly text: string
  readonly previews: readonly DestinationPreview[]
}

/** Destinations without their secrets, as a file to keep or to take elsewhere. */
export function useSettingsTransfer(): SettingsTransfer {
  const { commands, appState } = useServices()
  const { say } = useToasts()
  const [pendingImport, setWaiting] = useState<PendingImport | null>(null)
  const openFile = async (file: File) => {
    if (file.size > MAX_BYTES) return say(NO_SETTINGS)
    const text = await file.text()
    const previews = previewsIn(text)
    // Where there is nothing to look at, the host says why.
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
      say('The settings are a file now.', 'No key or password is in it.')
    },
    chooseFile: () => openChooser((file) => void openFile(file), 'application/json,.json'),
    pendingImport,
    decide(isAdded) {
      setWaiting(null)
      if (isAdded && pendingImport !== null) void importText(pendingImport.text)
    },
  }
}

/** As the command has it; a character is one byte at least. */
const MAX_BYTES = 1_000_000
const NO_SETTINGS = 'This is not a file of Ferry’s settings.'

function download({ fileName, text }: CommandOutput<'exportSettings'>): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

function addedText({ addedCount, knownCount }: CommandOutput<'importSettings'>): string {
  if (addedCount > 0) {
    return `${formatCount(addedCount, 'destination was', 'destinations were')} added.`
  }
  return knownCount > 0 ? 'All of them are here already.' : 'Nothing was added.'
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
    ...(addedCount > 0 ? ['No keys come with the file; enter or choose them for each.'] : []),
    ...(known ? [`${formatCount(knownCount, 'is', 'are')} here already.`] : []),
    ...(unreadableCount > 0
      ? [`${formatCount(unreadableCount, 'entry', 'entries')} could not be read.`]
      : []),
    ...(partlyRead.length > 0 ? [partlyReadText(partlyRead)] : []),
    ...(fileVersion === 'newer' && addedCount > 0
      ? ['A newer Ferry wrote the file: look at the rules before you upload.']
      : []),
  ].join(' ')
}
