import { Upload } from 'lucide-react'
import { type ChangeEvent, useEffect, useEffectEvent, useRef, useState } from 'react'
import { useMenuItem } from '../../app/host-hooks.ts'
import { useIntake } from '../../app/intake-context.tsx'
import { useAppState } from '../../app/services.tsx'
import { BrandMark } from '../../design/brand.tsx'
import { Button } from '../../design/button.tsx'
import { useToasts } from '../../design/toasts.tsx'
import './drop-zone.css'

/** Explains how to add files; large while the list is empty. */
export function DropArea({ isAlone }: { readonly isAlone: boolean }) {
  const { addFiles, isReading } = useIntake()
  const filesInput = useRef<HTMLInputElement>(null)
  const folderInput = useRef<HTMLInputElement>(null)
  useMenuItem('add-files', () => choose(filesInput.current))
  useMenuItem('add-folder', () => choose(folderInput.current))
  const onChange = ({ target }: ChangeEvent<HTMLInputElement>) => {
    if (target.files !== null) addFiles(target.files)
  }
  return (
    <section className={isAlone ? 'drop-area drop-area-alone' : 'drop-area'} aria-label="Add files">
      {isAlone && <BrandMark size={44} />}
      <div className="drop-text">
        <p>
          <strong>Drop files or folders anywhere</strong> in this window, or paste.
        </p>
        {isAlone && <p>They go straight to the bucket and come back as links.</p>}
      </div>
      <div className="drop-buttons">
        <Button onClick={() => choose(folderInput.current)}>Choose folder</Button>
        <Button tone="primary" onClick={() => choose(filesInput.current)}>
          Choose files
        </Button>
      </div>
      <input ref={filesInput} type="file" multiple hidden onChange={onChange} />
      <input ref={folderInput} type="file" {...WHOLE_FOLDER} hidden onChange={onChange} />
      {isReading && <p className="drop-taking">Reading the files…</p>}
    </section>
  )
}

/** React knows this attribute, but its types do not. */
const WHOLE_FOLDER = { webkitdirectory: '' }

/** Emptied first, so that choosing the same file twice is a change. */
function choose(input: HTMLInputElement | null): void {
  if (input === null) return
  input.value = ''
  input.click()
}

/**
 * Accepts drops and pastes anywhere in the window, and shows an overlay while files hover over it.
 */
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
 * A mail or photo that is dragged out of another program may be a promised file, which Chromium
 * does not fetch from every program: the drop then has the type of files, but contains none
 * (github.com/electron/electron/issues/9638).
 */
function useTakeTransfer(): (transfer: DataTransfer) => void {
  const { addTransfer } = useIntake()
  const { say } = useToasts()
  return (transfer) => {
    if ([...transfer.items].some(({ kind }) => kind === 'file')) addTransfer(transfer)
    else say('The other program provided no file.', 'Save it to a folder, then drop it from there.')
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
      // The related target is null only when the pointer leaves the window.
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
