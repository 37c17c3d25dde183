import './file-name.css'
import { File } from 'lucide-react'

const TAIL_GRAPHEMES = 12
const MIN_LENGTH_TO_SPLIT = 24

/**
 * A name that loses its middle when space is short, because its end, with the extension, says most.
 * Isolated, so that an Arabic name does not reverse the text around it.
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

/** Splits between graphemes, never inside an emoji or an accented letter. */
function splitName(name: string): { readonly head: string; readonly tail: string } {
  if (name.length < MIN_LENGTH_TO_SPLIT) return { head: name, tail: '' }
  const graphemes = [...new Intl.Segmenter('en').segment(name)].map(({ segment }) => segment)
  if (graphemes.length < MIN_LENGTH_TO_SPLIT) return { head: name, tail: '' }
  return {
    head: graphemes.slice(0, -TAIL_GRAPHEMES).join(''),
    tail: graphemes.slice(-TAIL_GRAPHEMES).join(''),
  }
}

/** The extension as a small badge; the name beside it says the rest. */
export function FileMark({ name }: { readonly name: string }) {
  const extension = extensionOf(name)
  const isLong = extension !== null && extension.length > 3
  return (
    <span className={isLong ? 'file-mark file-mark-long' : 'file-mark'} aria-hidden="true">
      {extension === null ? <File size={16} /> : extension}
    </span>
  )
}

/** Up to four letters or digits in upper case; null if there is no extension, and for dot files. */
function extensionOf(name: string): string | null {
  const match = /[^.]\.([a-z0-9]{1,4})$/i.exec(name)
  return match?.[1]?.toUpperCase() ?? null
}
