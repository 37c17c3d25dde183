import './file-name.css'

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
export function splitName(name: string): { readonly head: string; readonly tail: string } {
  if (name.length < MIN_LENGTH_TO_SPLIT) return { head: name, tail: '' }
  const graphemes = [...new Intl.Segmenter('en').segment(name)].map(({ segment }) => segment)
  if (graphemes.length < MIN_LENGTH_TO_SPLIT) return { head: name, tail: '' }
  return {
    head: graphemes.slice(0, -TAIL_GRAPHEMES).join(''),
    tail: graphemes.slice(-TAIL_GRAPHEMES).join(''),
  }
}
