import { type ChangeEvent, useRef } from 'react'
import { BrandMark } from '../../design/brand.tsx'
import { Button } from '../../design/button.tsx'
import { useIntake } from '../services/incoming.tsx'
import { useMenuItem } from '../services/use-menu-item.ts'
import './drop-area.css'

/** The place that says what to do; large while there is nothing else to see. */
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
      {isReading && <p className="drop-taking">Reading what you gave…</p>}
    </section>
  )
}

/** React knows the attribute, its types do not. */
const WHOLE_FOLDER = { webkitdirectory: '' }

/** Emptied first: choosing the same file twice is a change, too. */
function choose(input: HTMLInputElement | null): void {
  if (input === null) return
  input.value = ''
  input.click()
}
