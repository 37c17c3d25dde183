import { type ChangeEvent, useRef } from 'react'
import type { FailureKind } from '../../../electron/contract/failure.ts'
import { Button } from '../../design/button.tsx'
import { useToasts } from '../../design/toasts.tsx'
import type { UploadView } from '../../upload/engine/queue-view.ts'
import { ACTION_LABELS, failureSentence, isPlanToBlame } from '../failure-text.ts'
import { useServices } from '../services/services.tsx'
import { useDestination } from './use-destination.ts'

/** The host knows the path, but does not find the file there. */
const FILE_IS_GONE: ReadonlySet<FailureKind> = new Set(['source-missing', 'source-unreadable'])

/** Where going on is of no use, or may not be possible. */
export function canUploadAgain({ failure }: UploadView): boolean {
  if (failure === null) return false
  const { kind } = failure
  if (isPlanToBlame(failure)) return true
  return kind === 'source-changed' || kind === 'object-differs' || FILE_IS_GONE.has(kind)
}

/**
 * Begins the upload anew with the file as it is now: at once where the host can read it again,
 * else after the person has given it once more.
 */
export function UploadAgainButton({
  view,
  tone,
}: {
  readonly view: UploadView
  readonly tone: 'plain' | 'primary'
}) {
  const input = useRef<HTMLInputElement>(null)
  const begin = useUploadAgain(view)
  const isFileAtHand =
    view.record.isSourceDurable && view.failure !== null && !FILE_IS_GONE.has(view.failure.kind)
  const onChange = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.item(0)
    // Emptied, since choosing the same file once more is a change, too.
    target.value = ''
    if (file) void begin(file)
  }
  return (
    <>
      <Button
        tone={tone}
        onClick={() => (isFileAtHand ? void begin(null) : input.current?.click())}
      >
        {ACTION_LABELS['upload-again']}
      </Button>
      {!isFileAtHand && <input ref={input} type="file" hidden onChange={onChange} />}
    </>
  )
}

function useUploadAgain(view: UploadView): (file: File | null) => Promise<void> {
  const { uploadId, record } = view
  const { intake } = useServices()
  const destination = useDestination(view) ?? null
  const { say } = useToasts()
  const isBeginning = useRef(false)
  return async (file) => {
    if (isBeginning.current) return
    if (file !== null && !isSameName(file.name, record.name)) {
      return say(
        `“${file.name}” is another file.`,
        `Here only “${record.name}” is uploaded again. Drop other files on the window, and they get rows of their own.`,
      )
    }
    isBeginning.current = true
    const failure = await intake.uploadAgain(uploadId, file)
    isBeginning.current = false
    if (failure !== null) {
      const sentence = failureSentence(failure, Date.now(), destination)
      say(`“${record.name}” was not begun again.`, sentence)
    }
  }
}

/**
 * macOS hands out names with their accents apart; they are the same name. A row whose name was
 * taken in the bucket has a number that its file has not.
 */
function isSameName(given: string, rowName: string): boolean {
  const names = [rowName, rowName.replace(/ \(\d+\)(?=(\.[^.]*)?$)/, '')]
  return names.some((name) => name.normalize() === given.normalize())
}
