import { Upload } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useIncoming } from '../services/incoming.tsx'
import { useSession } from '../services/services.tsx'
import './whole-window.css'

/** Takes drops and pastes anywhere in the window, and says so while something hovers over it. */
export function WholeWindow() {
  const { selected } = useSession()
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

function useWindowDrops(): boolean {
  const { takeTransfer } = useIncoming()
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
      takeTransfer(event.dataTransfer)
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
  }, [takeTransfer])
  return isHovering
}

function useWindowPastes(): void {
  const { takeTransfer } = useIncoming()
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      if (event.clipboardData === null || !carriesFiles(event.clipboardData)) return
      if (isTextField(event.target)) return
      event.preventDefault()
      takeTransfer(event.clipboardData)
    }
    addEventListener('paste', onPaste)
    return () => removeEventListener('paste', onPaste)
  }, [takeTransfer])
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
