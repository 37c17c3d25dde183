import { Upload } from 'lucide-react'
import { useEffect, useEffectEvent, useState } from 'react'
import { useToasts } from '../../design/toasts.tsx'
import { useIntake } from '../services/incoming.tsx'
import { useAppState } from '../services/services.tsx'
import './whole-window.css'

/** Takes drops and pastes anywhere in the window, and says so while something hovers over it. */
export function WindowDropTarget() {
  const { selected } = useAppState()
  const isHovering = useWindowDrops()
  useWindowPastes()
  if (!isHovering) return null
  return (
    <div className="drop-overlay" aria-hidden="true">
      <div className="drop-overlay-card">
        <Upload size={30} />
        <p>{selected === null ? 'Drop to begin' : `Drop to upload to ${selected.name}`}</p>
      </div>
    </div>
  )
}

/**
 * A mail or a photo that is dragged out of its program may be a promise of a file, which Chromium
 * does not redeem from every program: the drop then has files by its types, and none in it
 * (github.com/electron/electron/issues/9638).
 */
function useTakeTransfer(): (transfer: DataTransfer) => void {
  const { addTransfer } = useIntake()
  const { say } = useToasts()
  return (transfer) => {
    if ([...transfer.items].some(({ kind }) => kind === 'file')) addTransfer(transfer)
    else say('The other program gave no file.', 'Save it to a folder, then drop it from there.')
  }
}

function useWindowDrops(): boolean {
  const take = useEffectEvent(useTakeTransfer())
  const [isHovering, setIsHovering] = useState(false)
  useEffect(() => {
    const onDragOver = (event: DragEvent) => {
      if (!carriesFiles(event.dataTransfer)) return
      event.preventDefault()
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy'
      setIsHovering(true)
    }
    const onDragLeave = (event: DragEvent) => {
      // Leaving an element for another one has a related target; leaving the window has none.
      if (event.relatedTarget === null) setIsHovering(false)
    }
    const onDrop = (event: DragEvent) => {
      setIsHovering(false)
      if (event.dataTransfer === null || !carriesFiles(event.dataTransfer)) return
      event.preventDefault()
      take(event.dataTransfer)
    }
    addEventListener('dragenter', onDragOver)
    addEventListener('dragover', onDragOver)
    addEventListener('dragleave', onDragLeave)
    addEventListener('drop', onDrop)
    return () => {
      removeEventListener('dragenter', onDragOver)
      removeEventListener('dragover', onDragOver)
      removeEventListener('dragleave', onDragLeave)
      removeEventListener('drop', onDrop)
    }
  }, [])
  return isHovering
}

function useWindowPastes(): void {
  const take = useEffectEvent(useTakeTransfer())
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      if (event.clipboardData === null || !carriesFiles(event.clipboardData)) return
      if (isTextField(event.target)) return
      event.preventDefault()
      take(event.clipboardData)
    }
    addEventListener('paste', onPaste)
    return () => removeEventListener('paste', onPaste)
  }, [])
}

function carriesFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes('Files') ?? false
}

function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  )
}
