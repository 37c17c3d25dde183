import { useRef, useState } from 'react'
import type { FailureKind } from '../../../electron/contract/failure/kinds.ts'
import { useServices, useUploadDestination } from '../../app/services.tsx'
import { Button } from '../../design/button.tsx'
import { ConfirmDialog } from '../../design/dialog.tsx'
import { isolated } from '../../design/isolated.tsx'
import { openChooser } from '../../design/open-chooser.ts'
import { useToasts } from '../../design/toasts.tsx'
import type { UploadView } from '../../engine/view/queue-view.ts'
import { ACTION_LABELS, failureSentence, isPlanToBlame } from '../../failures/failure-text.ts'

/** The host knows the path, but does not find the file there. */
const FILE_IS_GONE: ReadonlySet<FailureKind> = new Set(['source-missing', 'source-unreadable'])

/** Whether resuming is useless or perhaps impossible. */
export function canUploadAgain({ failure }: UploadView): boolean {
  if (failure === null) return false
  const { kind } = failure
  if (isPlanToBlame(failure)) return true
  return kind === 'source-changed' || kind === 'object-differs' || FILE_IS_GONE.has(kind)
}

/**
 * Gives this one row the file that it lacks, wherever it is now: the only way to match a file by
 * its name alone. If its length or time differs, the row can upload it from the start.
 */
export function ChooseFileButton({ view }: { readonly view: UploadView }) {
  const { give, begin } = useFileReplacement(view)
  const [other, setOther] = useState<File | null>(null)
  const giveOrAsk = async (file: File) => {
    if ((await give(file)) === 'other') setOther(file)
  }
  return (
    <>
      <Button tone="primary" onClick={() => openChooser((file) => void giveOrAsk(file))}>
        {ACTION_LABELS['choose-file']}
      </Button>
      <ConfirmDialog
        isOpen={other !== null}
        title={`“${isolated(view.record.name)}” is not the same file as before`}
        confirmLabel="Upload it from the start"
        cancelLabel="Leave it"
        onConfirm={() => {
          if (other !== null) void begin(other)
        }}
        onClose={() => setOther(null)}
      >
        Its length or time differs from that of the file whose upload was started, so none of the
        parts sent so far can be used.
      </ConfirmDialog>
    </>
  )
}

/**
 * Uploads the file again as it is now: at once if the host can read it, otherwise after the user
 * has chosen it again. A file that was only missing resumes where it stopped.
 */
export function UploadAgainButton({
  view,
  tone,
}: {
  readonly view: UploadView
  readonly tone: 'plain' | 'primary'
}) {
  const { give, begin } = useFileReplacement(view)
  const isGone = view.failure !== null && FILE_IS_GONE.has(view.failure.kind)
  const isFileAtHand = view.record.isSourceDurable && !isGone
  const take = async (file: File) => {
    if (!isGone || (await give(file)) === 'other') await begin(file)
  }
  return (
    <Button
      tone={tone}
      onClick={() => (isFileAtHand ? void begin(null) : openChooser((file) => void take(file)))}
    >
      {ACTION_LABELS['upload-again']}
    </Button>
  )
}

interface FileReplacement {
  /** `other`: the file has the name, but is not the one whose upload was started. */
  readonly give: (file: File) => Promise<'other' | 'done'>
  /** Uploads from the start; null: the file that the host finds. */
  readonly begin: (file: File | null) => Promise<void>
}

/** Shows its own failures, and does one thing at a time. */
function useFileReplacement(view: UploadView): FileReplacement {
  const { uploadId, record } = view
  const { intake } = useServices()
  const destination = useUploadDestination(view) ?? null
  const { say } = useToasts()
  const isBusy = useRef(false)
  const isOtherName = (file: File) => {
    if (isSameName(file.name, record.name)) return false
    say(
      `“${isolated(file.name)}” is a different file.`,
      `This row only takes “${isolated(record.name)}”. Drop other files on the window to upload them.`,
    )
    return true
  }
  return {
    async give(file) {
      if (isBusy.current) return 'done'
      isBusy.current = true
      const failure = await intake.giveFile(uploadId, file)
      isBusy.current = false
      if (failure === null) return 'done'
      if (failure.kind === 'source-changed') return isOtherName(file) ? 'done' : 'other'
      say(
        `“${isolated(record.name)}” could not be resumed.`,
        failureSentence(failure, Date.now(), destination),
      )
      return 'done'
    },
    async begin(file) {
      if (isBusy.current || (file !== null && isOtherName(file))) return
      isBusy.current = true
      const failure = await intake.uploadAgain(uploadId, file)
      isBusy.current = false
      if (failure === null) return
      const sentence = failureSentence(failure, Date.now(), destination)
      say(`“${isolated(record.name)}” could not be uploaded again.`, sentence)
    },
  }
}

/**
 * Names are compared normalized, because macOS decomposes accents. A row whose name was taken in
 * the bucket has a number that its file does not have.
 */
function isSameName(given: string, rowName: string): boolean {
  const names = [rowName, rowName.replace(/ \(\d+\)(?=(\.[^.]*)?$)/, '')]
  return names.some((name) => name.normalize() === given.normalize())
}
