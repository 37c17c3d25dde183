import type { FileFacts, Source } from '../../../electron/contract/commands/uploads.ts'
import type { Outcome } from '../../../electron/contract/outcome.ts'

/** The facts about a file that the destination's rules depend on. */
export interface FactsNeeded {
  /** The destination's object keys contain a hash of the file. */
  readonly needsHash: boolean
  /** The content type that a rule sets for files with this name; null: no rule does. */
  readonly ruledType: string | null
}

/** A file that the host opened by its path; its bytes are read through the host. */
export interface HostFile {
  readonly source: Source
  /** Derived from its name. */
  readonly contentType: string
}

/** Reads what the host needs to know about a file before it is queued. */
export interface FileFactsReader<F> {
  readonly nameOf: (file: F) => string
  /** The content type that the file's name implies; empty: none. */
  readonly typeOf: (file: F) => string
  /** Fails as a `FileSource` does. */
  readonly factsOf: (file: F, needed: FactsNeeded) => Promise<Outcome<FileFacts>>
  readonly factsOfHostFile: (file: HostFile, needed: FactsNeeded) => Promise<Outcome<FileFacts>>
}
