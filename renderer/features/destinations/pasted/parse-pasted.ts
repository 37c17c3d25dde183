import type { Pasted } from './pasted.ts'

/** What a person copied from a console, a document or another program, turned into fields. */
export function parsePasted(_text: string): Pasted | null {
  return null
}
