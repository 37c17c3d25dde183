import { failed, type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import type { QueueItem } from '../../../electron/contract/upload.ts'
import { NarrowGate } from '../engine/narrow-gate.ts'
import { hash8Of } from './hash8.ts'
import { sniffedType } from './sniffed-type.ts'

export type ItemFacts = Pick<QueueItem, 'contentType' | 'hash8'>

/** Few, so that a drop of thousands leaves the disk to the uploads that run. */
const READ_AT_ONCE = 4
const MAX_TYPE_LENGTH = 255

const gate = new NarrowGate(READ_AT_ONCE)

/** What the host needs to know of a file's bytes. Fails with `source-unreadable`. */
export async function factsOf(file: File, needsHash: boolean): Promise<Outcome<ItemFacts>> {
  if (file.type !== '' && !needsHash) return succeeded({ contentType: typeOf(file), hash8: null })
  return gate.pass(async () => {
    const contentType = typeOf(file) || (await sniffedType(file))
    try {
      return succeeded({ contentType, hash8: needsHash ? await hash8Of(file) : null })
    } catch (error) {
      if (!(error instanceof DOMException)) throw error
      return failed({ kind: 'source-unreadable' })
    }
  })
}

/** As the browser knows it from the name. */
export function typeOf(file: File): string {
  return file.type.slice(0, MAX_TYPE_LENGTH)
}
