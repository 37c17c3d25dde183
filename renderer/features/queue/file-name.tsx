import './file-name.css'
import { File } from 'lucide-react'

const TAIL_GRAPHEMES = 12
const MIN_LENGTH_TO_SPLIT = 24

/**
 * A name that loses its middle when there is no room: the end, with the extension, says most.
 * Isolated from the text around it, so that an Arabic name does not turn the sentence round.
 */
export function FileName({ name }: { readonly name: string }) {
  const { head, tail } = splitName(name)
  return (
    <bdi className="file-name" title={name} dir="auto">
      <span className="file-name-head">{head}</span>
      {tail !== '' && <span className="file-name-tail">{tail}</span>}
    </bdi>
  )
}

/** Cuts between what people see as letters, never inside an emoji or an accent. */
function splitName(name: string): { readonly head: string; readonly tail: string } {
  if (name.length < MIN_LENGTH_TO_SPLIT) return { head: name, tail: '' }
  const graphemes = [...new Intl.Segmenter('en').segment(name)].map(({ segment }) => segment)
  if (graphemes.length < MIN_LENGTH_TO_SPLIT) return { head: name, tail: '' }
  return {
    head: graphemes.slice(0, -TAIL_GRAPHEMES).join(''),
    tail: graphemes.slice(-TAIL_GRAPHEMES).join(''),
  }
}

/** The extension as a small stamp; the name beside it says the rest. */
export function FileMark({ name }: { readonly name: string }) {
  const extension = extensionOf(name)
  const isLong = extension !== null && extension.length > 3
  return (
    <span className={isLong ? 'file-mark file-mark-long' : 'file-mark'} aria-hidden="true">
      {extension === null ? <File size={16} /> : extension}
    </span>
  )
}

/** Up to four letters or digits in capitals; null for none, and for dot files. */
function extensionOf(name: string): string | null {
  const match = /[^.]\.([a-z0-9]{1,4})$/i.exec(name)
  return match?.[1]?.toUpperCase() ?? null
}
