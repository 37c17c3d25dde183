/**
 * Text from outside Ferry: a name, or a store's message. Isolated, so that an Arabic or Hebrew name
 * does not reverse the text around it: w3.org/International/articles/inline-bidi-markup.
 */
export function Isolated({ text }: { readonly text: string }) {
  return <bdi dir="auto">{text}</bdi>
}

const FIRST_STRONG_ISOLATE = '\u2068'
const POP_ISOLATE = '\u2069'

/** Isolates text within a single string. Plain ASCII needs no marks. */
export function isolated(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : `${FIRST_STRONG_ISOLATE}${text}${POP_ISOLATE}`
}
